import {
  type ColumnDef,
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  type SortingState,
  useReactTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type ReactNode, useRef, useState } from "react";
import classes from "./data-table.module.css";
import { type ColumnMeta, TableHead } from "./data-table-head";
import { useRowKeys } from "./use-row-keys";

interface DataTableProps<Row> {
  /** What the table lists, for those who do not see it. */
  label: string;
  rows: Row[];
  // biome-ignore lint/suspicious/noExplicitAny: columns of one table have values of many types
  columns: ColumnDef<Row, any>[];
  rowId: (row: Row) => string;
  /** What Enter or a click on a row does; its first cell should hold a link to the same place. */
  onOpen?: (row: Row) => void;
  initialSort?: SortingState;
  /** In place of rows when there are none. */
  empty?: ReactNode;
  /** CSS length from which the table scrolls in itself. */
  maxHeight?: string;
}

const estimatedRow = 38;

/**
 * A table that sorts by a click on a heading, draws only the rows that are in sight and is walked with
 * the arrow keys. A column may have `meta: { align: "end", wrap: true }`.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, columns, rowId, onOpen, initialSort, empty, maxHeight = "70vh" } = props;
  const [sorting, setSorting] = useState<SortingState>(initialSort ?? []);
  const scroll = useRef<HTMLElement>(null);

  const table = useReactTable({
    data: rows,
    columns,
    getRowId: rowId,
    state: { sorting },
    onSortingChange: setSorting,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    sortDescFirst: false,
  });
  const sorted = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => estimatedRow,
    overscan: 12,
    initialRect: { width: 800, height: 800 },
  });
  const keys = useRowKeys(sorted.length, virtual.scrollToIndex, (index) => {
    const row = sorted[index];
    if (row) onOpen?.(row.original);
  });

  if (rows.length === 0 && empty) return <>{empty}</>;
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <section
      ref={scroll}
      className={classes.scroll}
      style={{ "--table-height": maxHeight } as CSSProperties}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
    >
      <table className={classes.table} aria-rowcount={sorted.length + 1} aria-label={label}>
        <TableHead groups={table.getHeaderGroups()} />
        <tbody onKeyDown={keys.onKeyDown}>
          <Gap height={before} columns={columns.length} />
          {items.map((item) => {
            const row = sorted[item.index];
            if (!row) return null;
            return (
              <tr
                key={row.id}
                ref={virtual.measureElement}
                data-index={item.index}
                data-row={row.id}
                aria-rowindex={item.index + 2}
                className={`${classes.row} ${onOpen ? classes.link : ""}`}
                tabIndex={item.index === keys.current ? 0 : -1}
                onFocus={() => keys.setCurrent(item.index)}
                onClick={(event) => {
                  if (!isControl(event.target)) onOpen?.(row.original);
                }}
              >
                {row.getVisibleCells().map((cell) => {
                  const meta = cell.column.columnDef.meta as ColumnMeta | undefined;
                  return (
                    <td
                      key={cell.id}
                      className={`${meta?.align === "end" ? classes.end : ""} ${meta?.wrap ? classes.wrap : ""}`}
                    >
                      {flexRender(cell.column.columnDef.cell, cell.getContext())}
                    </td>
                  );
                })}
              </tr>
            );
          })}
          <Gap height={after} columns={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

/** Stands for the rows that are out of sight. */
function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td className={classes.gap} colSpan={columns} style={{ height }} />
    </tr>
  );
}

/** Whether a click was for something in the row rather than for the row. */
function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("a, button, input, label") !== null;
}
