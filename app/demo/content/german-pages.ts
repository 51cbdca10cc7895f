import type { Article } from './article.ts'

export const germanPages: readonly Article[] = [
  {
    slug: 'nachts-im-stellwerk',
    title: 'Nachts im Stellwerk: Wer die neue Linie 9 auf die Schiene bringt',
    summary:
      'Zwischen Mitternacht und vier Uhr gehören die Gleise den Prüfern. Ein Besuch bei denen, die jede Weiche einmal umlegen, bevor die Stadt aufwacht.',
    author: 'Katrin Hölderle',
    topics: ['cities'],
    hoursAgo: 11,
    popularity: 0.71,
  },
  {
    slug: 'gefaelschte-paketnachricht',
    title: '„Ihr Paket wartet“: So erkennen Sie die falsche Nachricht',
    summary:
      'Die Verbraucherzentrale zählt in diesem Herbst doppelt so viele Fälle wie im letzten. Drei Merkmale verraten fast jede Fälschung, auch auf dem Telefon.',
    author: 'Jörg Bäumler',
    topics: ['security'],
    hoursAgo: 21,
    popularity: 0.86,
  },
  {
    slug: 'wattenmeer-waechst',
    title: 'Das Watt wächst schneller als gedacht',
    summary:
      'Neue Messungen zeigen, dass sich zwischen den Inseln mehr Sand ablagert, als das Meer steigt. Für die Deiche ist das eine gute Nachricht, für die Fähren eine schlechte.',
    author: 'Katrin Hölderle',
    topics: ['climate', 'harbour', 'science'],
    hoursAgo: 34,
    popularity: 0.62,
  },
  {
    slug: 'brot-aus-altem-brot',
    title: 'Brot aus altem Brot: Eine Bäckerei macht aus Resten ihr bestes Stück',
    summary:
      'Was abends übrig bleibt, wird geröstet, gemahlen und am nächsten Tag wieder zu Teig. Das Rezept ist so alt wie das Handwerk, der Geschmack auch.',
    author: 'Annegret Süß',
    topics: ['food', 'economy'],
    hoursAgo: 45,
    popularity: 0.78,
  },
  {
    slug: 'schlaf-und-gedaechtnis',
    title: 'Warum wir im Schlaf das Richtige vergessen',
    summary:
      'Ein Team der Universität hat beobachtet, wie das Gehirn nachts aufräumt. Wer vor einer Prüfung durchlernt, arbeitet gegen die eigene Putzkolonne.',
    author: 'Jörg Bäumler',
    topics: ['science', 'health'],
    hoursAgo: 70,
    popularity: 0.67,
  },
  {
    slug: 'chor-im-schwimmbad',
    title: 'Ein Chor zieht ins leere Schwimmbad',
    summary:
      'Das alte Stadtbad wartet seit Jahren auf seine Sanierung. Bis es so weit ist, singen dort achtzig Menschen, und der Nachhall dauert sechs Sekunden.',
    author: 'Annegret Süß',
    topics: ['culture', 'cities'],
    hoursAgo: 98,
    popularity: 0.6,
  },
]
