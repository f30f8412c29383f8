import type { ComponentType } from "react";
import type { Statistics } from "./checkpoint-words";
import classes from "./checkpoints.module.css";

export interface StatisticsRow {
  name: string;
  statistics: Statistics;
  Value: ComponentType<{ value: number }>;
}

const columns: [key: keyof Statistics, label: string][] = [
  ["min", "Least"],
  ["avg", "Mean"],
  ["max", "Most"],
  ["p50", "Median"],
  ["p90", "90 %"],
  ["p95", "95 %"],
  ["p99", "99 %"],
  ["p999", "99.9 %"],
];

export function StatisticsTable({ label, rows }: { label: string; rows: StatisticsRow[] }) {
  return (
    <section
      className={classes.scroll}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
    >
      <table className={classes.summary} aria-label={label}>
        <thead>
          <tr>
            <td />
            {columns.map(([key, text]) => (
              <th key={key} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, statistics, Value }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {columns.map(([key]) => (
                <td key={key}>
                  <Value value={statistics[key]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
