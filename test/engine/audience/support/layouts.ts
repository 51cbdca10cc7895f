import type { PresetName } from '../../../../engine/audience/columns/presets.ts'
import type { Json } from '../../../../engine/model/ids.ts'

export interface Layout {
  readonly what: string
  readonly preset: PresetName
  readonly file: string
  readonly delimiter?: string
  /** By address: what has to come of it, all attributes. */
  readonly people: {
    readonly [address: string]: {
      readonly name?: string | null
      readonly status: string
      readonly timeZone?: string
      readonly createdAt?: string
      readonly attributes: { readonly [key: string]: Json }
    }
  }
}

const lines = (...all: readonly string[]) => `${all.join('\n')}\n`
const mailchimp =
  '"Email Address","First Name","Last Name",Address,"Phone Number",Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION'
const mailchimpEnd = 'LAST_CHANGED,LEID,EUID,NOTES,TAGS'

/** Files as these products write them, by the columns that they document. */
export const layouts: readonly Layout[] = [
  {
    what: "listmonk's export of subscribers",
    preset: 'listmonk',
    file: lines(
      'uuid,email,name,attributes,status,created_at,updated_at',
      '"5b0f1e9a-2f5e-4a57-9a37-0a8a37e6a1c1",ada@example.org,Ada Lovelace,"{""city"": ""London"", ""projects"": 3}",enabled,2024-02-03T04:05:06.789Z,2024-03-01T00:00:00Z',
      '"0ae3f3c2-90aa-4c0b-9a39-a8e8a3d2f0b2",bob@example.org,Bob,{},blocklisted,2023-01-01T00:00:00Z,2023-01-01T00:00:00Z',
      '"1c0e5b3d-90aa-4c0b-9a39-a8e8a3d2f0b3",eve@example.org,Eve,{},disabled,2023-01-01T00:00:00Z,2023-01-01T00:00:00Z',
    ),
    people: {
      'ada@example.org': {
        name: 'Ada Lovelace',
        status: 'active',
        createdAt: '2024-02-03T04:05:06.789Z',
        attributes: { city: 'London', projects: 3 },
      },
      'bob@example.org': { status: 'unsubscribed', attributes: {} },
      'eve@example.org': { status: 'paused', attributes: {} },
    },
  },
  {
    what: "listmonk's export with lists",
    preset: 'listmonk',
    file: lines(
      'uuid,email,name,attributes,status,lists,created_at,updated_at',
      'x,ada@example.org,Ada,{},enabled,"Daily news, Weekly",2024-02-03 04:05:06.789123 +0000 UTC,2024-03-01T00:00:00Z',
    ),
    people: {
      'ada@example.org': {
        status: 'active',
        createdAt: '2024-02-03T04:05:06.789Z',
        attributes: { listmonk_lists: ['Daily news', 'Weekly'] },
      },
    },
  },
  {
    what: "Mailchimp's subscribed",
    preset: 'mailchimp',
    file: lines(
      `${mailchimp},${mailchimpEnd}`,
      'ada@example.org,Ada,Lovelace,"12 St James\'s Sq, London",+44 20 1234,12/10,4,"2021-05-06 07:08:09",198.51.100.7,"2021-05-06 07:10:00",198.51.100.8,51.5,-0.13,0,1,Europe/London,GB,LND,"2024-01-01 00:00:00",123456,a1b2c3,"likes, maths","""vip"",""Beta testers"""',
    ),
    people: {
      'ada@example.org': {
        name: 'Ada Lovelace',
        status: 'active',
        timeZone: 'Europe/London',
        createdAt: '2021-05-06T07:08:09.000Z',
        attributes: {
          first_name: 'Ada',
          last_name: 'Lovelace',
          address: "12 St James's Sq, London",
          phone: '+44 20 1234',
          birthday: '12/10',
          member_rating: '4',
          country: 'GB',
          region: 'LND',
          notes: 'likes, maths',
          tags: ['vip', 'Beta testers'],
          opt_in: {
            at: '2021-05-06T07:08:09.000Z',
            confirmedAt: '2021-05-06T07:10:00.000Z',
            ip: '198.51.100.7',
            confirmedIp: '198.51.100.8',
            from: 'mailchimp',
          },
        },
      },
    },
  },
  {
    what: "Mailchimp's unsubscribed",
    preset: 'mailchimp',
    file: lines(
      `${mailchimp},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,${mailchimpEnd}`,
      'bob@example.org,Bob,,,,,2,,,"2020-01-02 03:04:05",203.0.113.9,,,,,,,,"2022-02-03 04:05:06","March news",c1,"NORMAL","too many",,,,,',
    ),
    people: {
      'bob@example.org': {
        name: 'Bob',
        status: 'unsubscribed',
        createdAt: '2020-01-02T03:04:05.000Z',
        attributes: {
          first_name: 'Bob',
          member_rating: '2',
          opt_in: { confirmedAt: '2020-01-02T03:04:05.000Z', confirmedIp: '203.0.113.9', from: 'mailchimp' },
          unsubscribed: { at: '2022-02-03T04:05:06.000Z', reason: 'too many' },
        },
      },
    },
  },
  {
    what: "Mailchimp's cleaned",
    preset: 'mailchimp',
    file: lines(
      `${mailchimp},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,${mailchimpEnd}`,
      'gone@example.org,,,,,,1,,,"2019-01-02 03:04:05",,,,,,,,,"2022-02-03 04:05:06","April news",c2,,1,2,,',
    ),
    people: {
      'gone@example.org': {
        status: 'bounced',
        createdAt: '2019-01-02T03:04:05.000Z',
        attributes: {
          member_rating: '1',
          opt_in: { confirmedAt: '2019-01-02T03:04:05.000Z', from: 'mailchimp' },
        },
      },
    },
  },
  {
    what: "Substack's email list",
    preset: 'substack',
    file: lines(
      'email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at',
      'ada@example.org,true,2027-01-01T00:00:00.000Z,yearly,false,2021-03-04T05:06:07.089Z,2021-04-01T00:00:00.000Z',
      'bob@example.org,false,,other,true,2022-03-04T05:06:07.089Z,',
    ),
    people: {
      'ada@example.org': {
        status: 'active',
        createdAt: '2021-03-04T05:06:07.089Z',
        attributes: {
          plan: 'yearly',
          paying: true,
          paid_until: '2027-01-01T00:00:00.000Z',
          first_payment_at: '2021-04-01T00:00:00.000Z',
        },
      },
      'bob@example.org': { status: 'unsubscribed', attributes: { plan: 'other', paying: false } },
    },
  },
  {
    what: "Substack's subscriber dashboard",
    preset: 'substack',
    file: lines(
      'Email,Name,Type,Stripe plan,Start date,Emails received (6mo),Country,State/Province',
      'ada@example.org,Ada,Free subscriber,,2023-07-08,24,Germany,Berlin',
    ),
    people: {
      'ada@example.org': {
        name: 'Ada',
        status: 'active',
        createdAt: '2023-07-08T00:00:00.000Z',
        attributes: {
          type: 'Free subscriber',
          country: 'Germany',
          region: 'Berlin',
          'Emails received (6mo)': '24',
        },
      },
    },
  },
  {
    what: "Ghost's members",
    preset: 'ghost',
    file: lines(
      'id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers',
      '64a1,ada@example.org,Ada Lovelace,met in Turin,true,true,cus_1,2022-05-06T07:08:09.000Z,,"vip,press",Gold',
      '64a2,bob@example.org,,,false,,,2022-05-07T07:08:09.000Z,,,',
      '64a3,eve@example.org,,,true,,,2022-05-07T07:08:09.000Z,2023-01-01T00:00:00.000Z,,',
    ),
    people: {
      'ada@example.org': {
        name: 'Ada Lovelace',
        status: 'active',
        createdAt: '2022-05-06T07:08:09.000Z',
        attributes: {
          note: 'met in Turin',
          stripe_customer_id: 'cus_1',
          labels: ['vip', 'press'],
          tiers: ['Gold'],
          complimentary: true,
        },
      },
      'bob@example.org': { status: 'unsubscribed', attributes: {} },
      'eve@example.org': { status: 'unsubscribed', attributes: {} },
    },
  },
  {
    what: "Brevo's contacts",
    preset: 'brevo',
    delimiter: ';',
    file: lines(
      'CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;EMAIL_BLACKLISTED;DOUBLE_OPT-IN;OPT_IN;ADDED_TIME;MODIFIED_TIME;LIST_IDS',
      '1;ada@example.org;Ada;Lovelace;491701234567;No;1;;03-09-2021 11:20:45;04-09-2021 00:00:00;3,7',
      '2;bob@example.org;;;;Yes;2;;03-09-2021 11:20:45;04-09-2021 00:00:00;',
    ),
    people: {
      'ada@example.org': {
        name: 'Ada Lovelace',
        status: 'active',
        createdAt: '2021-09-03T11:20:45.000Z',
        attributes: {
          first_name: 'Ada',
          last_name: 'Lovelace',
          sms: '491701234567',
          brevo_lists: ['3', '7'],
          double_opt_in: true,
        },
      },
      'bob@example.org': { status: 'unsubscribed', attributes: { double_opt_in: false } },
    },
  },
  {
    what: "Brevo's contacts in German, with the state of subscription",
    preset: 'brevo',
    delimiter: ';',
    file: lines(
      'EMAIL;VORNAME;NACHNAME;EMAIL_MARKETING;ADDED_TIME;MODIFIED_TIME;STADT',
      'jürgen@example.org;Jürgen;Groß;Subscribed;2021-09-03 11:20:45;2021-09-04 00:00:00;Köln',
      'bob@example.org;Bob;;Unsubscribed;2021-09-03 11:20:45;2021-09-04 00:00:00;',
    ),
    people: {
      'jürgen@example.org': {
        name: 'Jürgen Groß',
        status: 'active',
        createdAt: '2021-09-03T11:20:45.000Z',
        attributes: { first_name: 'Jürgen', last_name: 'Groß', STADT: 'Köln' },
      },
      'bob@example.org': { status: 'unsubscribed', attributes: { first_name: 'Bob' } },
    },
  },
  {
    what: "MailerLite's subscribers",
    preset: 'mailerlite',
    file: lines(
      'Subscriber,Status,Name,Last name,Sent,Opens,Clicks,Subscribed,Opt-in date,Opt-in IP,Signup IP,Location,Groups',
      'ada@example.org,Active,Ada,Lovelace,12,10,3,2023-04-05 06:07:08,2023-04-05 06:10:00,198.51.100.8,198.51.100.7,Germany,"News, Beta"',
      'bob@example.org,Unconfirmed,,,0,0,0,2023-04-05 06:07:08,,,,,',
      'spam@example.org,Junk,,,0,0,0,2023-04-05 06:07:08,,,,,',
    ),
    people: {
      'ada@example.org': {
        name: 'Ada Lovelace',
        status: 'active',
        createdAt: '2023-04-05T06:07:08.000Z',
        attributes: {
          first_name: 'Ada',
          last_name: 'Lovelace',
          country: 'Germany',
          groups: ['News', 'Beta'],
          opt_in: {
            at: '2023-04-05T06:07:08.000Z',
            confirmedAt: '2023-04-05T06:10:00.000Z',
            ip: '198.51.100.7',
            confirmedIp: '198.51.100.8',
            from: 'mailerlite',
          },
        },
      },
      'bob@example.org': {
        status: 'unconfirmed',
        attributes: { opt_in: { at: '2023-04-05T06:07:08.000Z', from: 'mailerlite' } },
      },
      'spam@example.org': {
        status: 'complained',
        attributes: { opt_in: { at: '2023-04-05T06:07:08.000Z', from: 'mailerlite' } },
      },
    },
  },
  {
    what: "MailerLite Classic's unsubscribed",
    preset: 'mailerlite',
    file: lines(
      'Email,Name,Last name,Company,Opened,Clicked,Date subscribed,Date unsubscribed,Confirmation timestamp,Confirmation IP,Signup timestamp,Signup IP',
      'bob@example.org,Bob,Stone,ACME,3,1,2018-01-02 03:04:05,2019-01-02 03:04:05,2018-01-02 03:05:00,203.0.113.5,2018-01-02 03:04:05,203.0.113.4',
    ),
    people: {
      'bob@example.org': {
        name: 'Bob Stone',
        status: 'unsubscribed',
        createdAt: '2018-01-02T03:04:05.000Z',
        attributes: {
          first_name: 'Bob',
          last_name: 'Stone',
          Company: 'ACME',
          opt_in: {
            at: '2018-01-02T03:04:05.000Z',
            confirmedAt: '2018-01-02T03:05:00.000Z',
            ip: '203.0.113.4',
            confirmedIp: '203.0.113.5',
            from: 'mailerlite',
          },
          unsubscribed: { at: '2019-01-02T03:04:05.000Z', reason: null },
        },
      },
    },
  },
]
