/** Messages between nodes, for what the store does not say by itself: that there is work, how far a run is. Fire and forget:
 *  at most once, in each publisher's order. Whoever needs certainty reads the store. */
export interface Bus {
  /** Never rejects, never waits: what cannot be sent is lost, except to those who hear on this node. `onLost` is called then, also
   *  where nobody knows whether it was sent. */
  publish(topic: string, text: string, onLost?: () => void): void
  /** Also hears what this process publishes, though never from within `publish`. Returns the function that ends it.
   *  `onGap`: something may have been missed, also between subscribing and the first that is heard. */
  subscribe(topic: string, hear: (text: string) => void, onGap?: () => void): () => void
  /** Whether what others publish is heard now, as far as this node knows: some seconds may pass until it does. Before it is true
   *  again after it was false, every `onGap` is called. */
  hears(): boolean
  close(): Promise<void>
}
