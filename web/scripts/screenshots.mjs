// Photographs each page of a running demo, whose address is in PENSTOCK_URL; see scripts/lib/screenshots.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const directory = process.argv[2];
const dashboard = new URL(process.env.PENSTOCK_URL);
const job = "flight_delays";

const sleep = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));
const get = async (path) => (await fetch(new URL(path, dashboard.origin))).json();

/** Kills the task hosts of one worker, which is what a crash in user code does. */
async function crash() {
  const { taskmanagers } = await get("/taskmanagers");
  const workers = taskmanagers.map(({ pid }) => pid);
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const status = readIfThere(`/proc/${entry}/stat`)
      .replace(/^.*\) /s, "")
      .split(" ");
    const line = readIfThere(`/proc/${entry}/cmdline`);
    if (workers[0] === Number(status[1]) && line.includes("task-host")) {
      process.kill(Number(entry), "SIGKILL");
    }
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** The running job of that name, once it has checkpoints. */
async function runningJob() {
  for (;;) {
    const { jobs } = await get("/jobs/overview");
    const found = jobs.find(({ name, state }) => name === job && state === "RUNNING");
    if (found) {
      const { counts } = await get(`/jobs/${found.jid}/checkpoints`);
      if (counts.completed >= 3) return found.jid;
    }
    await sleep(0.5);
  }
}

const browser = await chromium.launch({
  executablePath: execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim(),
  args: ["--no-sandbox"],
});

/** Takes pictures of the pages in a window of that size. */
async function photograph(
  pages,
  { suffix = "", width = 1280, height = 800, colorScheme = "light" },
) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  await page.goto(`${dashboard.origin}/${dashboard.hash}`);
  for (const [name, path, wait = 2] of pages) {
    await page.goto(`${dashboard.origin}/#${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await sleep(wait);
    await page.screenshot({ path: `${directory}/${name}${suffix}.png` });
    console.error(`screenshots: ${name}${suffix}.png`);
  }
  await context.close();
}

const before = await runningJob();
await sleep(10);
await crash();
await sleep(5);
const id = (await runningJob()) ?? before;
await sleep(20);
const { vertices } = await get(`/jobs/${id}`);
const vertex = vertices[1].id;
const { taskmanagers } = await get("/taskmanagers");

const ofJob = `/jobs/${id}`;
const graph = ["job-graph", ofJob, 3];
const overview = ["overview", "/"];
const drawer = ["job-vertex", `${ofJob}/vertices/${vertex}/detail`];
await photograph(
  [
    overview,
    graph,
    drawer,
    ["job-metrics", `${ofJob}/vertices/${vertex}/metrics`, 4],
    ["checkpoints", `${ofJob}/checkpoints`],
    ["exceptions", `${ofJob}/exceptions`],
    ["timeline", `${ofJob}/timeline`],
    ["events", `${ofJob}/events`],
    ["configuration", `${ofJob}/configuration`],
    ["workers", "/workers"],
    ["worker", `/workers/${taskmanagers[0].id}`],
    ["coordinator", "/coordinator"],
    ["submit", "/submit"],
  ],
  {},
);
await photograph([overview, graph], { suffix: "-dark", colorScheme: "dark" });
await photograph([overview, graph], { suffix: "-narrow", width: 360, height: 740 });
await browser.close();
