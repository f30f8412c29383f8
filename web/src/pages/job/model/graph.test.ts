import { describe, expect, it } from "vitest";
import {
  edgeId,
  layout,
  NODE_HEIGHT,
  NODE_WIDTH,
  operatorsOf,
  shapeKey,
  shapeOf,
  topologicalOrder,
} from "./graph";
import { syntheticJob } from "./synthetic";

const diamond = () => {
  const job = syntheticJob({ vertices: 4, parallelism: 2 });
  job.plan.nodes = ["1", "2", "3", "4"].map((id) => ({ id, inputs: [] }));
  job.vertices.forEach((vertex, i) => {
    vertex.id = String(i + 1);
  });
  const inputs = (id: string, ...sources: string[]) => {
    const node = job.plan.nodes.find((candidate) => candidate.id === id);
    if (node) node.inputs = sources.map((source) => ({ id: source, ship_strategy: "HASH" }));
  };
  inputs("1", "2", "3");
  inputs("2", "4");
  inputs("3", "4");
  return job;
};

describe("the shape of a job", () => {
  it("has a node per vertex and an edge per input", () => {
    const shape = shapeOf(diamond());
    expect(shape.nodes).toHaveLength(4);
    expect(shape.edges.map((edge) => edge.id).sort()).toEqual(["2→1", "3→1", "4→2", "4→3"]);
  });

  it("keeps two edges between the same vertices apart", () => {
    const job = diamond();
    const node = job.plan.nodes[0];
    node?.inputs?.push({ id: "2", ship_strategy: "BROADCAST" });
    const ids = shapeOf(job).edges.map((edge) => edge.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(edgeId("2", "1", 1));
  });

  it("does not change with measurements", () => {
    const job = diamond();
    const before = shapeKey(shapeOf(job));
    for (const vertex of job.vertices) vertex.live = { "busy-ratio": Math.random() };
    expect(shapeKey(shapeOf(job))).toBe(before);
  });

  it("changes with parallelism", () => {
    const job = diamond();
    const before = shapeKey(shapeOf(job));
    for (const vertex of job.vertices) vertex.parallelism += 1;
    expect(shapeKey(shapeOf(job))).not.toBe(before);
  });

  it("drops inputs that are no vertex", () => {
    const job = diamond();
    job.plan.nodes[0]?.inputs?.push({ id: "gone" });
    expect(shapeOf(job).edges).toHaveLength(4);
  });
});

describe("layout", () => {
  it("puts a receiver right of, or beneath, its senders", () => {
    const shape = shapeOf(diamond());
    for (const direction of ["LR", "TB"] as const) {
      const places = layout(shape, direction);
      for (const { source, target } of shape.edges) {
        const from = places.get(source);
        const to = places.get(target);
        const axis = direction === "LR" ? "x" : "y";
        const size = direction === "LR" ? NODE_WIDTH : NODE_HEIGHT;
        expect((to?.[axis] ?? 0) - (from?.[axis] ?? 0)).toBeGreaterThanOrEqual(size);
      }
    }
  });

  it("lets no two nodes overlap", () => {
    const shape = shapeOf(syntheticJob({ vertices: 40, parallelism: 64 }));
    const places = [...layout(shape, "LR").values()];
    places.forEach((a, i) => {
      for (const b of places.slice(i + 1)) {
        expect(Math.abs(a.x - b.x) >= NODE_WIDTH || Math.abs(a.y - b.y) >= NODE_HEIGHT).toBe(true);
      }
    });
  });
});

describe("topological order", () => {
  it("visits senders before receivers", () => {
    const shape = shapeOf(diamond());
    expect(topologicalOrder(shape)).toEqual(["4", "2", "3", "1"]);
  });

  it("ends for a cycle", () => {
    const shape = shapeOf(diamond());
    shape.edges.push({ id: "1→4", source: "1", target: "4", strategy: "" });
    expect(topologicalOrder(shape).sort()).toEqual(["1", "2", "3", "4"]);
  });
});

describe("operators of a chain", () => {
  it("come from its name", () => {
    expect(operatorsOf("sequence of 9 -> timestamps -> map")).toEqual([
      "sequence of 9",
      "timestamps",
      "map",
    ]);
    expect(operatorsOf("map")).toEqual(["map"]);
  });
});
