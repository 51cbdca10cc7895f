import { z } from 'zod'
import { BroadsheetError } from '../../../../engine/errors.ts'
import { parseAddress } from '../../../../engine/model/address.ts'
import type { List } from '../../../../engine/model/list.ts'
import type { Api } from '../../api.ts'
import { lineOf, readForm } from '../form.ts'
import type { FieldErrors } from '../page/fields.ts'
import { isTrapped } from '../page/fields.ts'
import { busy, closed, elsewhere } from '../page/plain-pages.ts'
import type { Words } from '../page/words.ts'
import {
  type Answer,
  fromElsewhere,
  maskAddress,
  openLists,
  type PageParts,
  pageRoute,
  proofOf,
  type Visit,
  wordsFor,
} from '../parts.ts'
import { provesWork } from './hashcash.ts'
import { consentOf, type SignUpFields, signUpPage, signUpSent } from './sign-up-page.ts'

const purpose = 'sign-up'
const maxLists = 20
const maxName = 200
const params = z.strictObject({
  lists: z
    .string()
    .min(1)
    .max(512)
    .describe('Names of lists, with commas between them: only those of `pages.lists`.'),
})
const nobody: SignUpFields = { address: '', name: '', lists: [] }

/** How people come in. Whatever the address: the answer is the same, and a mail goes to its owner or to nobody. */
export function signUpRoutes(app: Api, parts: PageParts): void {
  const { config, engine, gate, tokens, log } = parts

  /** What the path names, or all; null where one of it is not open. */
  async function offered(path: string | undefined): Promise<readonly List[] | null> {
    const open = await openLists(parts)
    const names = path === undefined ? open.map(({ name }) => name) : [...new Set(path.split(','))]
    const lists = names.flatMap((name) => open.find((list) => list.name === name) ?? [])
    if (lists.length > 0 && lists.length === names.length && names.length <= maxLists) return lists
    log.info({ lists: names.slice(0, maxLists), open: config.lists }, 'pages.sign_up_closed')
    return null
  }

  async function form(visit: Visit, path: string | undefined): Promise<Answer> {
    const words = wordsFor(parts, visit)
    const lists = await offered(path)
    if (lists === null) return closed(words)
    return signUpPage(parts, words, { lists, fields: nobody, token: tokens.issue(purpose) })
  }

  async function join(visit: Visit, path: string | undefined): Promise<Answer> {
    const words = wordsFor(parts, visit)
    const lists = await offered(path)
    if (lists === null) return closed(words)
    const said = readForm(visit.body)
    const wanted = said.getAll('list')
    const fields: SignUpFields = {
      address: lineOf(said, 'address').slice(0, 400),
      name: lineOf(said, 'name'),
      lists: lists.length === 1 ? [lists[0]!.name] : wanted,
    }
    const chosen = lists.filter(({ name }) => fields.lists.includes(name))

    const wait = await gate.form(visit.ip)
    if (wait !== null) return busy(words, wait)
    // Whoever fills in what nobody sees is told that all went well.
    if (isTrapped(said)) return signUpSent(words, maskAddress(fields.address))

    const given = said.get('form')
    const age = tokens.age(given, purpose)
    if (age === 'none' && config.embed === 'off' && fromElsewhere(visit)) return elsewhere(words)

    const errors = wrongOf(fields, chosen, words)
    const back = (note: string | null, token: string, status = 400): Answer =>
      signUpPage(parts, words, { lists, fields, token, errors, note, status })
    if (Object.keys(errors).length > 0)
      return back(null, age === 'early' || age === 'fresh' ? given! : tokens.issue(purpose))
    switch (age) {
      case 'none':
        // A form on another site carries no token of ours: it is shown here once more.
        if (config.embed !== 'direct') return back(words.signUp.review, tokens.issue(purpose), 200)
        break
      case 'old':
        return back(words.formOld, tokens.issue(purpose))
      case 'early':
        // With the same token: by the next time it is old enough.
        return back(words.again, given!)
      case 'fresh':
        break
    }

    const address = parseAddress(fields.address)
    if ('error' in address) return back(null, given ?? tokens.issue(purpose))
    const proved =
      config.proofOfWork === 'none' ||
      provesWork({
        token: given ?? '',
        // As it was typed: the browser worked on that.
        address: said.get('address') ?? '',
        answer: said.get('work') ?? '',
        bits: config.proofOfWorkBits,
      })
    if (!proved) {
      const later = await gate.unproved(visit.ip)
      if (later !== null) return busy(words, later)
    }
    const sent = signUpSent(words, maskAddress(address.ok))
    // Over the limit of its mailbox nothing more is sent there, and nobody else learns that.
    if (!(await gate.mail(address.ok))) {
      log.info({}, 'pages.mailbox_limited')
      return sent
    }
    try {
      const { status } = await engine.subscriptions.signUp(
        {
          address: address.ok,
          ...(fields.name !== '' && { name: fields.name }),
          language: words.language,
          lists: chosen.map(({ name }) => name),
          ...(!proved && { confirmByMail: true }),
        },
        proofOf(parts, visit, 'form', agreed(words, lists, chosen)),
      )
      log.info({ status, lists: chosen.map(({ id }) => id) }, 'pages.signed_up')
    } catch (error) {
      if (!(error instanceof BroadsheetError)) throw error
      // An address that complained, bounced or is suppressed: its owner knows, and nobody else needs to.
      if (error.code === 'E_STATE') return sent
      if (error.code !== 'E_INPUT' && error.code !== 'E_ADDRESS') throw error
      return signUpPage(parts, words, {
        lists,
        fields,
        token: tokens.issue(purpose),
        errors: { address: words.addressWrong },
        status: 400,
      })
    }
    return sent
  }

  /** The sentence that stood beside the button, and what was ticked above it. */
  const agreed = (words: Words, lists: readonly List[], chosen: readonly List[]): string => {
    const ticked = lists.length === 1 ? '' : ` [${words.join(chosen.map(({ title }) => title))}]`
    return consentOf(parts, words, lists) + ticked
  }

  const documents = {
    summary: 'The sign-up form',
    done: 'The form.',
    description: 'Changes nothing.',
  }
  const posts = {
    summary: 'Sign up',
    done: 'The same words whether the address was known or not; or the form, to look through once more.',
    description:
      'A form, also one on another site (`pages.embed`). A list with double opt-in sends a mail to confirm. Limited by ' +
      'IP address and by mailbox.',
    fields: {
      address: { type: 'string', format: 'email' },
      name: { type: 'string', maxLength: maxName },
      list: { type: 'array', items: { type: 'string' }, description: 'Which of several lists.' },
      form: { type: 'string', description: 'The form’s own token.' },
    },
  }
  pageRoute(app, parts, {
    method: 'GET',
    priority: 'usual',
    url: '/s',
    ...documents,
    params: z.strictObject({}),
    handler: (visit) => form(visit, undefined),
  })
  pageRoute(app, parts, {
    method: 'POST',
    priority: 'usual',
    url: '/s',
    ...posts,
    params: z.strictObject({}),
    handler: (visit) => join(visit, undefined),
  })
  pageRoute(app, parts, {
    method: 'GET',
    priority: 'usual',
    url: '/s/:lists',
    ...documents,
    params,
    handler: (visit) => form(visit, visit.params.lists),
  })
  pageRoute(app, parts, {
    method: 'POST',
    priority: 'usual',
    url: '/s/:lists',
    ...posts,
    params,
    handler: (visit) => join(visit, visit.params.lists),
  })
}

function wrongOf(
  fields: SignUpFields,
  chosen: readonly List[],
  words: Words,
): FieldErrors<'address' | 'name' | 'list'> {
  const address = parseAddress(fields.address)
  return {
    ...(fields.address === ''
      ? { address: words.addressMissing }
      : 'error' in address && { address: words.addressWrong }),
    ...(fields.name.length > maxName && { name: words.nameWrong }),
    ...(chosen.length === 0 && { list: words.listMissing }),
  }
}
