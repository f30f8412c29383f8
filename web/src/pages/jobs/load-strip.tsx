import { formatPercent } from "@/format/numbers";
import type { JobLoad, VertexLoad } from "./job-load";
import classes from "./load-strip.module.css";

// More would not fit into a row of a table; the job's graph has them all.
const mostColumns = 16;

/** One column per task from sources to sinks: busy red, back-pressured black, idle blue. */
export function LoadStrip({ load }: { load: JobLoad }) {
  const { busiest, mostBackpressured } = load;
  const text = `Busiest: ${busiest.name}, ${formatPercent(busiest.busy)}. Most back-pressured: ${mostBackpressured.name}, ${formatPercent(mostBackpressured.backpressured)}.`;
  return (
    <span className={classes.strip} title={text}>
      <span className={classes.columns} role="img" aria-label={text}>
        {load.vertices.slice(0, mostColumns).map((vertex) => (
          <Column key={vertex.id} vertex={vertex} />
        ))}
      </span>
      <span className={classes.text} aria-hidden>
        {formatPercent(busiest.busy)} busy
        <br />
        {formatPercent(mostBackpressured.backpressured)} back-pr.
      </span>
    </span>
  );
}

function Column({ vertex }: { vertex: VertexLoad }) {
  // Both are the worst of the task's subtasks, so they may be more than 1 together.
  const scale = Math.max(1, vertex.busy + vertex.backpressured);
  const height = (ratio: number) => ({ height: `${(ratio / scale) * 100}%` });
  return (
    <span className={classes.column}>
      <span className={classes.busy} style={height(vertex.busy)} />
      <span className={classes.backpressured} style={height(vertex.backpressured)} />
    </span>
  );
}
