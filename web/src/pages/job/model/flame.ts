// A flame graph as a list of functions, for those who would rather read than look.

export interface FlameNode {
  name: string;
  value: number;
  children?: FlameNode[];
}

export interface HotFunction {
  name: string;
  /** Samples in it, and in nothing that it called. */
  self: number;
  /** Samples in it and in what it called; recursion counts once. */
  total: number;
}

/** Hottest first; the root, which stands for everything, is not one of them. */
export function hotFunctions(root: FlameNode): HotFunction[] {
  const found = new Map<string, HotFunction>();
  const visit = (node: FlameNode, above: ReadonlySet<string>) => {
    const children = node.children ?? [];
    const called = children.reduce((sum, child) => sum + child.value, 0);
    const entry = found.get(node.name) ?? { name: node.name, self: 0, total: 0 };
    entry.self += Math.max(0, node.value - called);
    if (!above.has(node.name)) entry.total += node.value;
    found.set(node.name, entry);
    const below = new Set(above).add(node.name);
    for (const child of children) visit(child, below);
  };
  for (const child of root.children ?? []) visit(child, new Set());
  return [...found.values()].sort((a, b) => b.self - a.self || b.total - a.total);
}
