import assert from "node:assert/strict";
import { livingCells, walk } from "../machine/walk.ts";
import {
  type RegistrationEffect,
  type RegistrationEvent,
  type RegistrationState,
  registrationTable,
} from "./registration_table.ts";

const states = Object.keys(registrationTable) as RegistrationState[];
const out: readonly RegistrationState[] = [
  "registering",
  "refreshing",
  "leaving",
  "parting",
  "deregistering",
  "returning",
];
const outcomes: readonly RegistrationEvent[] = ["accepted", "challenge", "brief", "refused", "failed"];
const timers: readonly RegistrationEvent[] = ["refresh", "retry", "expired"];
const bound: readonly RegistrationState[] = ["registered", "refreshing", "retrying", "parting"];

Deno.test("registrationTable: a response comes only while a REGISTER is out, and then always leads somewhere", () => {
  for (const state of states) {
    for (const event of outcomes) {
      const cell = registrationTable[state][event];
      if (out.includes(state)) assert.ok(typeof cell !== "string", `${state} ${event}`);
      else assert.equal(cell, "never", `${state} ${event}`);
    }
  }
});

Deno.test("registrationTable sends no REGISTER while another one is out", () => {
  const sends: readonly RegistrationEffect[] = ["register", "prove", "lengthen", "deregister", "proveEnd"];
  for (const state of out) {
    for (const [event, cell] of Object.entries(registrationTable[state])) {
      if (typeof cell === "string" || outcomes.includes(event as RegistrationEvent)) continue;
      assert.ok(!cell.some((effect) => sends.includes(effect as RegistrationEffect)), `${state} ${event}`);
    }
  }
});

Deno.test("registrationTable: no timer runs in the end, and none fires where the table says never", () => {
  const outside = Object.fromEntries(
    Object.keys(registrationTable.gone).filter((event) => !timers.includes(event as RegistrationEvent)).map((
      event,
    ) => [event, outcomes.includes(event as RegistrationEvent) ? out : states]),
  );
  const passed = walk(registrationTable, {
    start: "idle",
    running: [],
    outside,
    timers: {
      bind: { starts: "expired" },
      hasten: { starts: "refresh" },
      backOff: { starts: "retry" },
      stopTimers: "stops all",
    },
  });
  const missed = livingCells(registrationTable).filter((cell) => {
    const event = cell.split(" ")[1] as RegistrationEvent;
    return !passed.has(cell) && !timers.includes(event);
  });
  assert.deepEqual(missed, []);
});

Deno.test("registrationTable tells of every end, and lets go of a binding before it does", () => {
  for (const state of states) {
    for (const [event, cell] of Object.entries(registrationTable[state])) {
      if (typeof cell === "string" || cell[0] !== "gone" || state === "gone") continue;
      assert.match(cell.at(-1)!, /^tell/, `${state} ${event}`);
      if (bound.includes(state)) assert.ok(cell.includes("unbind"), `${state} ${event}`);
    }
  }
});
