// The part of d3-flame-graph that is used here; the package has no types of its own.

declare module "d3-flame-graph" {
  import type { Selection } from "d3-selection";

  export interface FlameGraph {
    // biome-ignore lint/suspicious/noExplicitAny: any element with any data
    (selection: Selection<any, any, any, any>): void;
    width(width: number): FlameGraph;
    cellHeight(height: number): FlameGraph;
    minFrameSize(pixels: number): FlameGraph;
    transitionDuration(millis: number): FlameGraph;
    inverted(inverted: boolean): FlameGraph;
    sort(sort: boolean): FlameGraph;
    setDetailsElement(element: HTMLElement | null): FlameGraph;
    update(): FlameGraph;
    search(term: string): void;
    clear(): void;
    resetZoom(): void;
    destroy(): FlameGraph;
  }

  export default function flamegraph(): FlameGraph;
}
