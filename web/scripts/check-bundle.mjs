// Fails when what the first page needs has grown over its budget.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budget = 300 * 1024;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const files = [...html.matchAll(/(?:src|href)="\/?(assets\/[^"]+\.(?:js|css))"/g)].map((m) => m[1]);
const size = files.reduce(
  (sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length,
  0,
);
console.log(
  `first page: ${files.length} files, ${Math.round(size / 1024)} KiB of ${budget / 1024} KiB`,
);
if (files.length === 0 || size > budget) {
  console.error(
    "error: the first page is over its budget\nhint: load parts lazily (see src/routes.tsx)",
  );
  process.exit(1);
}
