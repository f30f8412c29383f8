import { IconArrowDown, IconArrowsSort, IconArrowUp } from "@tabler/icons-react";
import { flexRender, type Header, type HeaderGroup } from "@tanstack/react-table";
import classes from "./data-table.module.css";

export interface ColumnMeta {
  align?: "end";
  /** Long text, which may take several lines. */
  wrap?: boolean;
}

export function TableHead<Row>({ groups }: { groups: HeaderGroup<Row>[] }) {
  return (
    <thead>
      {groups.map((group) => (
        <tr key={group.id}>
          {group.headers.map((header) => (
            <HeadCell key={header.id} header={header} />
          ))}
        </tr>
      ))}
    </thead>
  );
}

function HeadCell<Row>({ header }: { header: Header<Row, unknown> }) {
  const meta = header.column.columnDef.meta as ColumnMeta | undefined;
  const text = flexRender(header.column.columnDef.header, header.getContext());
  const sorted = header.column.getIsSorted();
  return (
    <th
      scope="col"
      className={meta?.align === "end" ? classes.end : ""}
      aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined}
    >
      {header.column.getCanSort() ? (
        <button
          type="button"
          className={classes.sort}
          onClick={header.column.getToggleSortingHandler()}
        >
          {text}
          <SortMark sorted={sorted} />
        </button>
      ) : (
        text
      )}
    </th>
  );
}

function SortMark({ sorted }: { sorted: false | "asc" | "desc" }) {
  if (sorted === "asc") return <IconArrowUp size={12} aria-hidden />;
  if (sorted === "desc") return <IconArrowDown size={12} aria-hidden />;
  return <IconArrowsSort size={12} opacity={0.35} aria-hidden />;
}
