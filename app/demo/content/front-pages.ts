import type { Article } from './article.ts'

export const frontPages: readonly Article[] = [
  // The Harbour
  {
    slug: 'cargo-under-sail',
    title: 'First cargo sailing ship in ninety years ties up at Quay Four',
    summary:
      'The Marguerite brought forty tonnes of coffee and cocoa across the Atlantic in 23 days, with her engine running for nine hours of them. Her captain talks about freight rates, weather luck and why the next voyage is already booked out.',
    author: 'Ines Okafor',
    topics: ['harbour', 'climate', 'economy'],
    hoursAgo: 2,
    popularity: 0.93,
  },
  {
    slug: 'night-pilot',
    title: 'A night with the pilot who brings the big ships in',
    summary:
      'Two hundred metres of steel, a channel with a metre to spare and a ladder over the side at three in the morning. We went along for one tide.',
    author: 'Tomas Lindqvist',
    topics: ['harbour'],
    hoursAgo: 31,
    popularity: 0.81,
  },
  {
    slug: 'electric-ferry-timetable',
    title: 'The electric ferries are quieter. They are also four minutes late',
    summary:
      'Charging at the north landing takes longer than the operator promised, and commuters have noticed. A second charging mast is due before spring; until then the timetable gets a little longer.',
    author: 'Hannah Brandt',
    topics: ['harbour', 'cities'],
    hoursAgo: 9,
    popularity: 0.58,
  },
  {
    slug: 'dredging-vote',
    title: 'Council splits over deepening the channel',
    summary:
      'Larger ships would bring 300 jobs, says the port. The mudflats would lose a tenth of their area, says the bird reserve. The vote has been put off to the first week of December.',
    author: 'Ruth Adeyemi',
    topics: ['harbour', 'economy', 'climate'],
    hoursAgo: 54,
    popularity: 0.47,
  },
  {
    slug: 'lighthouse-keys',
    title: 'The last lighthouse keeper hands over her keys',
    summary:
      'Moira Keane lit the lamp on Gull Rock by hand for thirty-one years. From Monday a sensor will do it, and she will finally see the harbour from the other side.',
    author: 'Ines Okafor',
    topics: ['harbour', 'culture'],
    hoursAgo: 118,
    popularity: 0.88,
  },

  // Security
  {
    slug: 'parking-qr-codes',
    title: 'Those QR codes on the parking meters are not ours, says the city',
    summary:
      'Stickers on at least sixty meters lead to a page that looks like the real one and asks for a card number. How to spot them, and what to do if you have already paid.',
    author: 'Jonas Weir',
    topics: ['security', 'cities'],
    hoursAgo: 4,
    popularity: 0.9,
  },
  {
    slug: 'passkeys-year-on',
    title: 'A year without passwords: what the library learned from passkeys',
    summary:
      'Forty thousand readers were moved over in a weekend. Calls to the help desk fell by two thirds, except in the week when everybody got new phones for the holidays.',
    author: 'Mei-Ling Castellano',
    topics: ['security'],
    hoursAgo: 22,
    popularity: 0.66,
  },
  {
    slug: 'hospital-backup-drill',
    title: 'The hospital pulled its own plug, on purpose',
    summary:
      'For six hours on Sunday every screen in the east wing was dark. The drill found two backups that could not be restored, and a drawer of paper forms that could.',
    author: 'Jonas Weir',
    topics: ['security', 'health'],
    hoursAgo: 47,
    popularity: 0.72,
  },
  {
    slug: 'voice-clone-call',
    title: '"Mum, I need your help": the call that was not her son',
    summary:
      'Three seconds of a holiday video were enough to copy his voice. A family tells how they noticed, and the one question that they now ask each other on the phone.',
    author: 'Priya Raman',
    topics: ['security'],
    hoursAgo: 73,
    popularity: 0.95,
  },
  {
    slug: 'router-in-the-cupboard',
    title: 'The oldest computer in your home is the one in the cupboard',
    summary:
      'Half of the routers that we looked at had not been updated since they were unpacked. Ten minutes on a Saturday put that right, and we wrote down each of them.',
    author: 'Mei-Ling Castellano',
    topics: ['security', 'science'],
    hoursAgo: 140,
    popularity: 0.61,
  },

  // Climate
  {
    slug: 'sea-wall-garden',
    title: 'Instead of a higher sea wall, a softer shore',
    summary:
      'Engineers are taking down two kilometres of concrete and planting salt marsh in its place. After the first winter the waves arrive at the houses with half their force.',
    author: 'Ruth Adeyemi',
    topics: ['climate', 'cities'],
    hoursAgo: 7,
    popularity: 0.77,
  },
  {
    slug: 'heat-from-the-harbour',
    title: 'Twelve thousand flats will be heated by harbour water',
    summary:
      'The heat pump under Quay Two is the size of a bus and takes in a bathtub of sea water every second. We asked what it costs, what the fish say, and what happens when the harbour freezes.',
    author: 'Erik Solheim',
    topics: ['climate', 'harbour', 'economy'],
    hoursAgo: 26,
    popularity: 0.69,
  },
  {
    slug: 'warmest-october',
    title: 'October was the warmest since the tide tables began',
    summary:
      'The station on the mole has measured every day since 1871. Its new keeper reads the curve with us, month by month.',
    author: 'Erik Solheim',
    topics: ['climate', 'science'],
    hoursAgo: 62,
    popularity: 0.54,
  },
  {
    slug: 'roof-share',
    title: 'She rents her roof to her neighbours by the square metre',
    summary:
      'Tenants cannot put panels on a house that is not theirs. On Ropewalk, nineteen of them now own a slice of the roof next door and see it on their bills.',
    author: 'Hannah Brandt',
    topics: ['climate', 'economy'],
    hoursAgo: 96,
    popularity: 0.63,
  },
  {
    slug: 'kelp-forest-returns',
    title: 'The kelp is coming back, and nobody is quite sure why',
    summary:
      'Divers found young plants at eleven of fourteen sites where there were none three years ago. Fewer urchins is one explanation; colder springs is another.',
    author: 'Amara Nwosu',
    topics: ['climate', 'science', 'harbour'],
    hoursAgo: 155,
    popularity: 0.5,
  },

  // Cities
  {
    slug: 'tram-nine-returns',
    title: 'Line 9 is back after forty years, and already full',
    summary:
      'The first tram left the depot at 4:52 with brass polish still drying on its handles. By eight o’clock people were standing. The transport office had planned for 11,000 riders a day and counted 19,400.',
    author: 'Daniel Moreau',
    topics: ['cities'],
    hoursAgo: 5,
    popularity: 0.84,
  },
  {
    slug: 'night-mayor',
    title: 'What does a night mayor do all day?',
    summary:
      'Leila Haddad settles quarrels between bars and bedrooms. In her first year, complaints about noise fell by a third and opening hours grew longer.',
    author: 'Sofia Marchetti',
    topics: ['cities', 'culture'],
    hoursAgo: 19,
    popularity: 0.6,
  },
  {
    slug: 'empty-office-homes',
    title: 'From desk to kitchen table: 210 homes in an empty office tower',
    summary:
      'The floors are too deep for daylight, so the architects cut a courtyard down through the middle of them. The first tenants move in on Saturday; we measured the rents.',
    author: 'Daniel Moreau',
    topics: ['cities', 'economy'],
    hoursAgo: 41,
    popularity: 0.7,
  },
  {
    slug: 'bench-census',
    title: 'Somebody counted every bench in Port Ellery',
    summary:
      'There are 1,873, and they are nowhere near the bus stops. A retired surveyor’s map is changing where the city puts the next two hundred.',
    author: 'Hannah Brandt',
    topics: ['cities'],
    hoursAgo: 88,
    popularity: 0.74,
  },
  {
    slug: 'school-street',
    title: 'The street that closes for forty minutes, twice a day',
    summary:
      'When the bell rings, the barriers come down and the road belongs to the children. After a year, two out of three parents want it all day.',
    author: 'Sofia Marchetti',
    topics: ['cities', 'health'],
    hoursAgo: 132,
    popularity: 0.42,
  },
]
