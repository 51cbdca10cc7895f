/** Where the demo's readers come from: first and last names with a space between them, and homes as
 *  `city|time zone`. Their share of the readership is `weight`. */
export interface Community {
  readonly weight: number
  readonly first: string
  readonly last: string
  readonly homes: readonly string[]
  /** The languages of their letters; the paper has an English and a German edition. */
  readonly languages: readonly string[]
}

export const communities: readonly Community[] = [
  {
    weight: 20,
    first:
      'Alice Amelia Arthur Beatrice Callum Catherine Daniel Eleanor Fiona Freya George Harriet Isla Jack Lewis Moira Niamh Oliver Poppy Rory Saoirse Siân Thomas Zoë',
    last: 'Ashdown Baker Brennan Campbell Carter Davies Ellis Fletcher Gallagher Hughes Kavanagh Keane MacLeod Morgan O’Brien Pritchard Reid Shaw Sutherland Taylor Walsh Whitlock',
    homes: ['London|Europe/London', 'Leeds|Europe/London', 'Dublin|Europe/Dublin', 'Cardiff|Europe/London'],
    languages: ['en-GB', 'en'],
  },
  {
    weight: 14,
    first:
      'Aaliyah Alexis Brandon Caleb Chloe DeShawn Emily Grace Hunter Jasmine Kayla Logan Madison Marcus Noah Savannah Tyler',
    last: 'Anderson Bennett Brooks Coleman Foster Hayes Jackson Jefferson Mitchell Parker Robinson Sullivan Washington Young',
    homes: [
      'New York|America/New_York',
      'Chicago|America/Chicago',
      'Denver|America/Denver',
      'Seattle|America/Los_Angeles',
      'Toronto|America/Toronto',
    ],
    languages: ['en-US', 'en'],
  },
  {
    weight: 18,
    first:
      'Anja Anneliese Björn Clara Dörte Emil Felix Friederike Günter Hanna Ingrid Jürgen Käthe Lukas Marlene Matthias Nele Paul Sabine Till Uwe Wiebke',
    last: 'Bäcker Becker Brandt Fischer Gräf Hoffmann Jäger Klein Krüger Lehmann Möller Neumann Petersen Richter Schäfer Schröder Vogt Weiß Zimmermann',
    homes: ['Hamburg|Europe/Berlin', 'Berlin|Europe/Berlin', 'Leipzig|Europe/Berlin', 'Köln|Europe/Berlin'],
    languages: ['de', 'de', 'de', 'en'],
  },
  {
    weight: 6,
    first:
      'Alois Beatrix Florian Gerlinde Jakob Katharina Leopold Magdalena Reto Regula Sepp Urs Vreni Xaver',
    last: 'Aebischer Brunner Egger Frühwirth Gruber Huber Lüthi Moser Pichler Steiner Wäger Zürcher',
    homes: ['Wien|Europe/Vienna', 'Graz|Europe/Vienna', 'Zürich|Europe/Zurich', 'Bern|Europe/Zurich'],
    languages: ['de-AT', 'de-CH', 'de'],
  },
  {
    weight: 6,
    first:
      'Amélie Benoît Camille Céline Étienne François Hélène Inès Jérôme Léa Mathieu Noémie Océane Rémi Théo',
    last: 'Beaulieu Chevalier Delacroix Dubois Fournier Garnier Lefèvre Marchand Moreau Perrin Rousseau Tremblay',
    homes: [
      'Lyon|Europe/Paris',
      'Nantes|Europe/Paris',
      'Bruxelles|Europe/Brussels',
      'Montréal|America/Toronto',
    ],
    languages: ['en'],
  },
  {
    weight: 7,
    first:
      'Alejandra Andrés Beatriz Camila Diego Esperanza Iñaki Joaquín Lucía Mateo Nuria Raúl Sofía Tomás Ximena',
    last: 'Aguilar Castaño Domínguez Echeverría Fernández Gutiérrez Herrera Ibáñez Muñoz Núñez Quispe Salazar Vargas',
    homes: [
      'Madrid|Europe/Madrid',
      'Ciudad de México|America/Mexico_City',
      'Bogotá|America/Bogota',
      'Buenos Aires|America/Argentina/Buenos_Aires',
    ],
    languages: ['en'],
  },
  {
    weight: 4,
    first: 'Bruna Caetano Catarina Conceição Gonçalo Inês João Luísa Rafael Thaís Vinícius',
    last: 'Almeida Araújo Carvalho Conceição Fonseca Guimarães Magalhães Nóbrega Simões Teixeira',
    homes: ['Lisboa|Europe/Lisbon', 'Porto|Europe/Lisbon', 'São Paulo|America/Sao_Paulo'],
    languages: ['en'],
  },
  {
    weight: 5,
    first:
      'Agnieszka Bożena Dariusz Grzegorz Jiří Katarzyna Łukasz Małgorzata Ondřej Paweł Šárka Zdeněk Żaneta',
    last: 'Černý Dąbrowski Dvořák Jabłoński Kowalczyk Król Novák Piątek Svoboda Wiśniewska Wójcik Žižka',
    homes: ['Kraków|Europe/Warsaw', 'Gdańsk|Europe/Warsaw', 'Praha|Europe/Prague', 'Brno|Europe/Prague'],
    languages: ['en', 'en', 'de'],
  },
  {
    weight: 5,
    first: 'Åsa Astrid Björg Eero Freyja Gunnar Håkon Ingeborg Jörgen Kjell Linnéa Outi Sigríður Søren Tove',
    last: 'Aaltonen Bergström Dahl Guðmundsson Hämäläinen Jørgensen Kjærsgaard Lindqvist Nygård Østergaard Sørensen Virtanen',
    homes: [
      'Bergen|Europe/Oslo',
      'Malmö|Europe/Stockholm',
      'Aarhus|Europe/Copenhagen',
      'Turku|Europe/Helsinki',
      'Reykjavík|Atlantic/Reykjavik',
    ],
    languages: ['en'],
  },
  {
    weight: 8,
    first:
      'Aarav Ananya Arjun Deepika Farah Gurpreet Imran Ishaan Kavya Lakshmi Meera Nikhil Priya Rohan Saanvi Zainab',
    last: 'Ahmed Banerjee Chaudhry Desai Fernando Gupta Hussain Iyer Kapoor Mukherjee Nair Patel Rahman Reddy Singh',
    homes: ['Mumbai|Asia/Kolkata', 'Kochi|Asia/Kolkata', 'Lahore|Asia/Karachi', 'Dhaka|Asia/Dhaka'],
    languages: ['en-IN', 'en'],
  },
  {
    weight: 6,
    first: 'Aiko Chen Daisuke Haruto Hye-jin Jia Kenji Lan Linh Mei Minh Sakura Seo-yeon Wei Xin Yuki',
    last: 'Chan Fujimoto Huang Ito Kim Kobayashi Lee Nguyen Nakamura Park Suzuki Tran Wang Yamada Zhang',
    homes: [
      'Tokyo|Asia/Tokyo',
      'Seoul|Asia/Seoul',
      'Taipei|Asia/Taipei',
      'Singapore|Asia/Singapore',
      'Hanoi|Asia/Ho_Chi_Minh',
    ],
    languages: ['en'],
  },
  {
    weight: 6,
    first:
      'Abena Adaeze Amara Chidi Fatou Hamza Imani Kofi Kwame Lerato Mariam Nomvula Oluwaseun Sipho Tariq Wanjiru Yasmin Zawadi',
    last: 'Abara Achieng Boateng Diallo Dlamini El-Sayed Eze Kamau Mbeki Mensah Ndiaye Okonkwo Osei Traoré',
    homes: [
      'Lagos|Africa/Lagos',
      'Nairobi|Africa/Nairobi',
      'Accra|Africa/Accra',
      'Cape Town|Africa/Johannesburg',
    ],
    languages: ['en'],
  },
  {
    weight: 5,
    first:
      'Ayşe Barış Çağla Dimitra Eleni Giorgos Gülşen İlker Konstantinos Leyla Noor Omar Rania Şebnem Yiannis',
    last: 'Aydın Çelik Demir Haddad Karagiannis Khoury Nikolaidis Öztürk Papadopoulou Şahin Yıldız Ünal',
    homes: ['İzmir|Europe/Istanbul', 'Athina|Europe/Athens', 'Beirut|Asia/Beirut', 'Hamburg|Europe/Berlin'],
    languages: ['en', 'en', 'de'],
  },
  {
    weight: 4,
    first: 'Aroha Banjo Charlotte Hemi Kirra Lachlan Mia Ngaire Tane Wiremu',
    last: 'Fraser Harrison Ngata Pōmare Rangi Stewart Thornton Wilson',
    homes: ['Sydney|Australia/Sydney', 'Perth|Australia/Perth', 'Auckland|Pacific/Auckland'],
    languages: ['en'],
  },
]
