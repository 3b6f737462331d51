// What a program costs, read from /proc: processor time of all threads of it and its children, memory, sockets.

const NANOS_PER_MILLI = 1e6;
/** Clock ticks of /proc/PID/stat: sysconf(_SC_CLK_TCK) is 100 on every Linux we know. */
const MILLIS_PER_TICK = 10;

/** One look at a process and all that it started. */
export interface Look {
  /** Thread → nanoseconds on a processor. */
  readonly threads: ReadonlyMap<number, number>;
  /** Ticks of all processes, threads that have ended included. */
  readonly ticks: number;
}

export interface Memory {
  /** MiB. Pages that several processes share count in each of them in rss, by their share in pss. */
  readonly rss: number;
  readonly pss: number;
  /** Of no file: nobody shares it, and nobody else's coming and going changes it. */
  readonly anonymous: number;
  readonly sockets: number;
  readonly processes: number;
}

/** Milliseconds of processor time, and how finely they were told. */
export interface ProcessorTime {
  readonly millis: number;
  readonly resolution: "nanoseconds" | "ticks of 10 ms";
}

export function look(pid: number): Look {
  const threads = new Map<number, number>();
  let ticks = 0;
  for (const each of familyOf(pid)) {
    ticks += ticksOf(each);
    for (const thread of namesIn(`/proc/${each}/task`)) {
      const [time = ""] = read(`/proc/${each}/task/${thread}/schedstat`).split(" ");
      if (time !== "") threads.set(Number(thread), Number(time));
    }
  }
  return { threads, ticks };
}

/** Between two looks. When a thread has ended meanwhile its nanoseconds are lost, and the coarser clock has to do. */
export function processorTime(before: Look, after: Look): ProcessorTime {
  const isWhole = before.threads.size > 0 &&
    [...before.threads.keys()].every((thread) => after.threads.has(thread));
  if (!isWhole) {
    return { millis: (after.ticks - before.ticks) * MILLIS_PER_TICK, resolution: "ticks of 10 ms" };
  }
  let nanos = 0;
  for (const [thread, time] of after.threads) nanos += time - (before.threads.get(thread) ?? 0);
  return { millis: nanos / NANOS_PER_MILLI, resolution: "nanoseconds" };
}

export function memoryOf(pid: number): Memory {
  let [rss, pss, anonymous, sockets, processes] = [0, 0, 0, 0, 0];
  for (const each of familyOf(pid)) {
    const rollup = read(`/proc/${each}/smaps_rollup`);
    rss += kibibytes(rollup, "Rss");
    pss += kibibytes(rollup, "Pss");
    anonymous += kibibytes(rollup, "Anonymous");
    sockets += socketsOf(each).length;
    processes++;
  }
  return { rss: rss / 1024, pss: pss / 1024, anonymous: anonymous / 1024, sockets, processes };
}

/** Milliseconds that all processors together were busy since the start, or taken away by the machine's host. */
export function busyTime(): number {
  const [first = ""] = read("/proc/stat").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = first.split(/\s+/).slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * MILLIS_PER_TICK;
}

/** Datagrams that found a full receive buffer, over all UDP sockets that it holds. */
export function udpDrops(pid: number): number {
  const inodes = new Set(familyOf(pid).flatMap(socketsOf));
  let drops = 0;
  for (const table of ["/proc/net/udp", "/proc/net/udp6"]) {
    for (const line of read(table).split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (inodes.has(fields[9] ?? "")) drops += Number(fields[12] ?? 0);
    }
  }
  return drops;
}

/** The one of a process and its descendants that holds a UDP port of IPv4, undefined when none does. */
export function holderOf(pid: number, port: number): number | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = read("/proc/net/udp").split("\n").map((line) => line.trim().split(/\s+/));
  const inode = lines.find(([, address = ""]) => address.endsWith(local))?.[9];
  return inode === undefined ? undefined : familyOf(pid).find((each) => socketsOf(each).includes(inode));
}

/** A process and its descendants that live. */
export function familyOf(pid: number): number[] {
  const family = [pid];
  for (let i = 0; i < family.length; i++) {
    for (const thread of namesIn(`/proc/${family[i]}/task`)) {
      const children = read(`/proc/${family[i]}/task/${thread}/children`).trim();
      if (children !== "") family.push(...children.split(" ").map(Number));
    }
  }
  return family;
}

/** utime and stime: the fourteenth and fifteenth field, counted behind a name that may hold anything. */
function ticksOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function socketsOf(pid: number): string[] {
  const inodes: string[] = [];
  for (const name of namesIn(`/proc/${pid}/fd`)) {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(Deno.readLinkSync(`/proc/${pid}/fd/${name}`)) ?? [];
      if (inode !== undefined) inodes.push(inode);
    } catch {
      // Closed in the meantime.
    }
  }
  return inodes;
}

function kibibytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return []; // ended
  }
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // ended, or not ours to read
  }
}
