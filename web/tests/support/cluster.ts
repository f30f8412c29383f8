// A real Penstock cluster: real processes, free ports, a directory of its own.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const call = promisify(execFile);

export const root = path.resolve(import.meta.dirname, "../../..");
const build = process.env.PENSTOCK_BUILD ?? path.join(root, "build");
const penstock = path.join(build, "bin/penstock");

export const flights = path.join(root, "jobs/flight_delays/data/flights-20k.json");

export const plugin = (job: string): string => path.join(build, "jobs", `${job}.so`);

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Asks until the answer is one, for as long as a test may take at most. */
export async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const got = await ask();
    if (got !== null) return got;
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** A process that has ended by itself in the meantime is as good as killed. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export class Cluster {
  private constructor(
    readonly directory: string,
    readonly port: number,
    private readonly definitions: string[],
  ) {}

  static async start(workers = 2): Promise<Cluster> {
    const directory = await mkdtemp(path.join(tmpdir(), "penstock-web-"));
    const port = await freePort();
    const options = {
      "penstock.data-dir": path.join(directory, "data"),
      "rest.port": port,
      "coordinator.rpc.port": await freePort(),
      "taskmanager.numberOfTaskSlots": 4,
      "worker.memory": "1g",
    };
    const definitions = Object.entries(options).flatMap(([key, value]) => [
      "-D",
      `${key}=${value}`,
    ]);
    const cluster = new Cluster(directory, port, definitions);
    await cluster.run(["cluster", "start", "--workers", String(workers)]);
    return cluster;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A command against this cluster; its standard output. */
  async run(command: string[]): Promise<string> {
    const at = command[0] === "cluster" ? 2 : 1;
    const words = [...command.slice(0, at), ...this.definitions, ...command.slice(at)];
    return (await call(penstock, words)).stdout;
  }

  async token(): Promise<string> {
    return (await readFile(path.join(this.directory, "data/token"), "utf8")).trim();
  }

  /** The JSON that a path of the API answers. */
  async get<T>(address: string): Promise<T> {
    const response = await fetch(this.url + address);
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    return response.json() as Promise<T>;
  }

  /** Submits build/jobs/<job>.so without waiting for its end; the job's id. */
  async submit(job: string, args: string[], options: string[] = []): Promise<string> {
    const output = await this.run(["run", "-d", ...options, plugin(job), ...args]);
    const match = /JobID ([0-9a-f]{32})/.exec(output);
    if (!match?.[1]) throw new Error(`no job in: ${output}`);
    return match[1];
  }

  /** A job that reads flights at a rate that keeps it running, and checkpoints each second. */
  submitFlights(name: string): Promise<string> {
    return this.submit(
      "flight_delays",
      ["--input", flights, "--output", path.join(this.directory, name), "--rate", "100"],
      ["-p", "2", "--name", name, "-D", "execution.checkpointing.interval=1 s"],
    );
  }

  async waitForState(job: string, state: string): Promise<void> {
    await until(`job ${job} is ${state}`, async () => {
      const { status } = await this.get<{ status: string }>(`/jobs/${job}/status`);
      return status === state ? true : null;
    });
  }

  /** Kills one of the processes that run tasks. */
  async killTaskHost(): Promise<void> {
    const { taskmanagers } = await this.get<{ taskmanagers: { pid: number }[] }>("/taskmanagers");
    const workers = new Set(taskmanagers.map(({ pid }) => pid));
    for (const entry of await readdir("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      const of = (file: string) => readFile(`/proc/${entry}/${file}`, "utf8").catch(() => "");
      const parent = Number((await of("stat")).replace(/^.*\) /s, "").split(" ")[1]);
      if (workers.has(parent) && (await of("cmdline")).includes("task-host")) {
        process.kill(Number(entry), "SIGKILL");
        return;
      }
    }
    throw new Error("there is no task host");
  }

  /** Kills the coordinator, and before it the supervisor, which would start another one at once. */
  async killCoordinator(): Promise<void> {
    const status = await this.run(["cluster", "status"]);
    for (const role of ["supervisor", "coordinator"]) {
      const match = new RegExp(`^${role}\\s+(\\d+)`, "m").exec(status);
      if (!match?.[1]) throw new Error(`no ${role} in: ${status}`);
      killIfThere(Number(match[1]));
    }
  }

  /** Starts what is missing of the cluster. */
  async startAgain(): Promise<void> {
    await this.run(["cluster", "start", "--workers", "2"]);
  }

  async stop(): Promise<void> {
    await this.run(["cluster", "stop"]).catch(() => undefined);
    await rm(this.directory, { recursive: true, force: true });
  }
}
