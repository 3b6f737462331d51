// Figures as a table for a terminal.

/** Rows of cells, the first row being the heads; the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
    )
      .join("  ")
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return ["  " + (lines[0] ?? ""), "  " + rule, ...lines.slice(1).map((line) => "  " + line)].join("\n");
}

/** A time of work: three figures that mean something, and a unit. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 1e3) return `${significant(nanoseconds)} ns`;
  if (nanoseconds < 1e6) return `${significant(nanoseconds / 1e3)} µs`;
  return `${significant(nanoseconds / 1e6)} ms`;
}

/** How many times as long as the baseline: `0.04 ×`, `1.00 ×`, `17 ×`. */
export function ratio(times: number): string {
  return `${times < 10 ? times.toFixed(2) : times.toFixed(0)} ×`;
}

function significant(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
