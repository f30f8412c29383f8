// Measurements by id, outside of the graph's own data: a node or an edge is drawn again only when its
// own value has changed, and nothing is laid out.

export class LiveStore<T> {
  private values: ReadonlyMap<string, T> = new Map();
  private readonly listeners = new Map<string, Set<() => void>>();

  /** Takes all values at once and wakes those whose value is another one. */
  replace(values: ReadonlyMap<string, T>): void {
    const before = this.values;
    this.values = values;
    for (const [id, listeners] of this.listeners) {
      if (Object.is(before.get(id), values.get(id))) continue;
      for (const listener of listeners) listener();
    }
  }

  get(id: string): T | undefined {
    return this.values.get(id);
  }

  /** Returns what ends the subscription. */
  subscribe(id: string, listener: () => void): () => void {
    const listeners = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(id);
    };
  }
}
