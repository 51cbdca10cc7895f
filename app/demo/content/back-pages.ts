import type { Article } from './article.ts'

export const backPages: readonly Article[] = [
  // Science
  {
    slug: 'eel-mystery',
    title: 'Where do the eels go? A tag the size of a grain of rice may tell',
    summary:
      'No one has ever seen them spawn. The institute has let 240 of them go from the harbour steps, each carrying a clock, a thermometer and a very small radio.',
    author: 'Amara Nwosu',
    topics: ['science', 'harbour'],
    hoursAgo: 12,
    popularity: 0.79,
  },
  {
    slug: 'quiet-telescope',
    title: 'The telescope that asks a whole valley to be silent',
    summary:
      'No phones, no microwaves, spark plugs only by appointment. The 600 people who live around it have got used to it; the astronomers have found 31 new pulsars.',
    author: 'Yuki Tanabe',
    topics: ['science'],
    hoursAgo: 36,
    popularity: 0.64,
  },
  {
    slug: 'mussel-glue',
    title: 'Glue that sets under water, copied from a mussel',
    summary:
      'Surgeons have waited decades for something that sticks to wet tissue and lets go again. The recipe hung on the harbour wall all along.',
    author: 'Amara Nwosu',
    topics: ['science', 'health'],
    hoursAgo: 58,
    popularity: 0.56,
  },
  {
    slug: 'letters-in-the-hull',
    title: 'Two hundred unopened letters, read without breaking a seal',
    summary:
      'They lay in the hull of a ship that sank in 1782. A scanner made for watch parts follows the ink through the folds, and a postmistress’s grocery list is the first to be read.',
    author: 'Yuki Tanabe',
    topics: ['science', 'culture', 'harbour'],
    hoursAgo: 101,
    popularity: 0.91,
  },

  // Health
  {
    slug: 'cold-water-club',
    title: 'Does a cold swim do you good? What eleven studies really say',
    summary:
      'Better mood: probably. Fewer colds: perhaps. A longer life: nobody has looked. A sober guide for those who go in anyway, with the rule about gloves.',
    author: 'Nadia Rahimi',
    topics: ['health', 'sport'],
    hoursAgo: 15,
    popularity: 0.83,
  },
  {
    slug: 'waiting-room-piano',
    title: 'A piano in the waiting room',
    summary:
      'The clinic on Sailmaker Street put it there to get rid of it. Now patients arrive early, and blood pressure readings have been put off until after the music.',
    author: 'Sofia Marchetti',
    topics: ['health', 'culture'],
    hoursAgo: 44,
    popularity: 0.67,
  },
  {
    slug: 'pharmacist-first',
    title: 'Ask the pharmacist first: the trial that emptied the emergency room',
    summary:
      'For nine common complaints you no longer need an appointment. Visits to the emergency room fell by 14 per cent, and pharmacists want to be paid for it.',
    author: 'Nadia Rahimi',
    topics: ['health', 'economy'],
    hoursAgo: 80,
    popularity: 0.49,
  },
  {
    slug: 'sleep-of-shift-workers',
    title: 'How dockers sleep: a diary of one rotating shift',
    summary:
      'Early, late, night, off. Eight dockers wore a sensor for a month. The best sleeper of them has blackout curtains, a strict grandmother and no television.',
    author: 'Tomas Lindqvist',
    topics: ['health', 'harbour'],
    hoursAgo: 161,
    popularity: 0.52,
  },

  // Economy
  {
    slug: 'fish-auction-clock',
    title: 'The fish auction goes online, and the clock stays',
    summary:
      'Buyers from six countries now bid from their desks. The brass clock on the wall still counts down the price, because the first attempt without it ended in a shouting match.',
    author: 'Ruth Adeyemi',
    topics: ['economy', 'food', 'harbour'],
    hoursAgo: 10,
    popularity: 0.59,
  },
  {
    slug: 'four-day-bakery',
    title: 'The bakery that closes on Wednesdays, and earns more',
    summary:
      'Fewer mornings, the same loaves, and nobody has left since. We went through the books with the owner, including the month in which it nearly failed.',
    author: 'Clara Jensen',
    topics: ['economy', 'food'],
    hoursAgo: 28,
    popularity: 0.76,
  },
  {
    slug: 'repair-bonus',
    title: 'The city pays half of your repair bill. So far, toasters lead',
    summary:
      'Nine thousand vouchers in three months, and workshops that are hiring again. The list of things people bring in says a good deal about kitchens.',
    author: 'Clara Jensen',
    topics: ['economy', 'cities', 'climate'],
    hoursAgo: 51,
    popularity: 0.71,
  },
  {
    slug: 'rent-index',
    title: 'Rents rise more slowly for the third quarter in a row',
    summary:
      'The new index puts the increase at 1.9 per cent. Behind the average lie two quite different towns: the hill, where prices fall, and the waterfront, where they do not.',
    author: 'Daniel Moreau',
    topics: ['economy', 'cities'],
    hoursAgo: 68,
    popularity: 0.45,
  },
  {
    slug: 'apprentice-rigger',
    title: 'Forty applied to become a rigger. There were two places',
    summary:
      'The trade was thought to be dying out. With cargo sail and wind farms it pays better than an office, and the rope loft needs a bigger door.',
    author: 'Ines Okafor',
    topics: ['economy', 'harbour'],
    hoursAgo: 125,
    popularity: 0.57,
  },

  // Culture
  {
    slug: 'opera-in-the-dry-dock',
    title: 'An opera for 400 welders, sung in the dry dock',
    summary:
      'The acoustics were a discovery made by a foreman who whistles. Opening night sold out in eleven minutes; the dress rehearsal belongs to the yard.',
    author: 'Sofia Marchetti',
    topics: ['culture', 'harbour'],
    hoursAgo: 6,
    popularity: 0.78,
  },
  {
    slug: 'bookshop-last-page',
    title: 'The bookshop that only sells the last copy',
    summary:
      'Out of print, remaindered, forgotten: every title on these shelves is there once. Its owner explains why he never looks at prices online.',
    author: 'Clara Jensen',
    topics: ['culture'],
    hoursAgo: 33,
    popularity: 0.68,
  },
  {
    slug: 'sign-painters',
    title: 'Letters by hand: the return of the sign painters',
    summary:
      'They work from ladders, with sable brushes and no undo. A walk past nine new shop fronts with the woman who painted six of them.',
    author: 'Tomas Lindqvist',
    topics: ['culture', 'cities'],
    hoursAgo: 76,
    popularity: 0.62,
  },
  {
    slug: 'radio-play-archive',
    title: '3,100 radio plays found behind a false wall',
    summary:
      'The studio was thought to have wiped its tapes. A plumber’s drill proved otherwise, and the archive is putting one play online each night.',
    author: 'Yuki Tanabe',
    topics: ['culture', 'science'],
    hoursAgo: 110,
    popularity: 0.55,
  },

  // Sport
  {
    slug: 'harbour-regatta',
    title: 'By eleven centimetres: the closest regatta anyone remembers',
    summary:
      'The women’s eight of Ellery Rowing Club led for all but the last stroke. The photo finish was taken by a crane driver.',
    author: 'Malik Johnson',
    topics: ['sport', 'harbour'],
    hoursAgo: 3,
    popularity: 0.75,
  },
  {
    slug: 'goalkeeper-at-41',
    title: 'At 41, the goalkeeper nobody wanted keeps a tenth clean sheet',
    summary:
      'She came as a coach, stayed as a substitute and is now the reason that Port Ellery leads the table. Her secret is dull, she says: sleep, and a notebook on every striker.',
    author: 'Malik Johnson',
    topics: ['sport'],
    hoursAgo: 17,
    popularity: 0.73,
  },
  {
    slug: 'marathon-bridge',
    title: 'The marathon gets a bridge, and loses its worst hill',
    summary:
      'The new course crosses the swing bridge twice, tides permitting. Runners have ninety minutes before it opens for the evening ferry.',
    author: 'Andreas Vogel',
    topics: ['sport', 'cities'],
    hoursAgo: 49,
    popularity: 0.53,
  },
  {
    slug: 'walking-football',
    title: 'No running allowed: the fastest-growing league in town',
    summary:
      'The oldest player is 84 and argues with the referee about whether that was a jog. Thirty-two teams, one rule, and a very long third half.',
    author: 'Andreas Vogel',
    topics: ['sport', 'health'],
    hoursAgo: 92,
    popularity: 0.65,
  },

  // Food
  {
    slug: 'soup-of-the-tide',
    title: 'A soup that changes with the tide table',
    summary:
      'At the Low Water Kitchen the menu is written twice a day, when the boats come in. The recipe for the broth that stays the same, in five lines.',
    author: 'Giulia Ferrante',
    topics: ['food', 'harbour'],
    hoursAgo: 8,
    popularity: 0.8,
  },
  {
    slug: 'apples-without-names',
    title: 'Eleven apples that have no name yet',
    summary:
      'They grow along the old railway, from cores that passengers threw out of the window. A pomologist has tasted them all and would keep two.',
    author: 'Giulia Ferrante',
    topics: ['food', 'science'],
    hoursAgo: 39,
    popularity: 0.7,
  },
  {
    slug: 'rye-at-midnight',
    title: 'Rye, salt, patience: the bread that takes three days',
    summary:
      'Nobody in the queue at midnight can quite say why they came. The baker can, and shares his starter with anybody who brings a jar.',
    author: 'Clara Jensen',
    topics: ['food'],
    hoursAgo: 66,
    popularity: 0.82,
  },
  {
    slug: 'school-kitchen',
    title: 'What happens when a school hires a real cook',
    summary:
      'Leftovers fell by two thirds, the budget stayed as it was, and lentils became popular. The trick is a Tuesday on which the pupils cook.',
    author: 'Nadia Rahimi',
    topics: ['food', 'health'],
    hoursAgo: 106,
    popularity: 0.58,
  },
]
