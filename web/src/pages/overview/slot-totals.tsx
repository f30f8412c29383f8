import type { Schemas } from "@/api/client";
import { Card } from "@/components/card";
import { Stat, Stats } from "@/components/stat";
import classes from "./overview.module.css";

// A square for each would not be seen at once beyond this.
const mostSquares = 160;

export function SlotTotals({ totals }: { totals: Schemas["Overview"] }) {
  const total = totals["slots-total"];
  const free = totals["slots-available"];
  return (
    <Card title="Workers and slots">
      <Stats>
        <Stat label="Workers" value={totals.taskmanagers} />
        <Stat label="Slots" value={total} />
        <Stat label="Free slots" value={free} />
      </Stats>
      {total <= mostSquares && <SlotSquares used={total - free} total={total} />}
    </Card>
  );
}

function SlotSquares({ used, total }: { used: number; total: number }) {
  return (
    <div className={classes.slots} role="img" aria-label={`${used} of ${total} slots are used`}>
      {Array.from({ length: total }, (_, slot) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place
          key={slot}
          className={`${classes.slot} ${slot < used ? classes.used : ""}`}
        />
      ))}
    </div>
  );
}
