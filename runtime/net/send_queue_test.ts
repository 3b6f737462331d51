import assert from "node:assert/strict";
import fc from "fast-check";
import { SendQueue } from "./send_queue.ts";

Deno.test("SendQueue gives back what was put in, in order, however it is taken", () => {
  const step = fc.oneof(
    fc.record({ add: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 10_000, max: 40_000 })) }),
    fc.record({ take: fc.integer({ min: 1, max: 30_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = new SendQueue();
      let put = 0;
      let got = 0;
      for (const step of steps) {
        if ("add" in step) {
          const bytes = new Uint8Array(step.add).map((_, at) => (put + at) % 251);
          queue.add(bytes);
          bytes.fill(255);
          put += step.add;
        } else {
          const chunk = queue.first();
          if (chunk === undefined) assert.equal(put, got);
          if (chunk === undefined) continue;
          const taken = Math.min(step.take, chunk.length);
          for (let at = 0; at < taken; at++) assert.equal(chunk[at], (got + at) % 251);
          queue.drop(taken);
          got += taken;
        }
        assert.equal(queue.bytes, put - got);
      }
      for (let chunk = queue.first(); chunk !== undefined; chunk = queue.first()) {
        assert.equal(chunk[0] ?? got % 251, got % 251);
        got += chunk.length;
        queue.drop(chunk.length);
      }
      assert.equal(put, got);
    }),
  );
});

Deno.test("SendQueue is not disturbed by what comes while its first chunk is on its way", () => {
  const queue = new SendQueue();
  queue.add(new Uint8Array([1, 2, 3]));
  const chunk = queue.first()!;
  queue.add(new Uint8Array([4]));
  assert.deepEqual([...chunk], [1, 2, 3]);
  queue.drop(3);
  assert.deepEqual([...queue.first()!], [4]);
});
