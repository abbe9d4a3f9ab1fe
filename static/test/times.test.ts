import assert from "node:assert/strict";
import { test } from "node:test";
import { Messages } from "../src/text/messages.ts";
import { addHours, age, formatDate, formatTime, offsetWord, partsOf, timeline } from "../src/text/times.ts";

const messages = new Messages({
  "date.weekdays": "Mon|Tue|Wed|Thu|Fri|Sat|Sun",
  "date.months": "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
  "date.months_long": "January|February|March|April|May|June|July|August|September|October|November|December",
  "date.day": "{weekday} {day} {month}",
  "date.full": "{day} {month} {year}",
});

test("local time is UTC with its offset, over midnight and over the year", () => {
  assert.equal(formatTime("2026-11-23T08:00:00Z", 300, messages), "Mon 23 Nov, 13:00");
  assert.equal(formatTime("2026-12-31T20:00:00Z", 300, messages), "Fri 1 Jan, 01:00");
  assert.equal(formatTime("2026-11-23T08:00:00Z", 0, messages), "Mon 23 Nov, 08:00");
  assert.equal(formatDate("1911-01-03T23:25:45Z", 0, messages), "3 January 1911");
});

test("an offset says its sign and its minutes", () => {
  assert.deepEqual([300, 0, -210, 330].map(offsetWord), ["UTC+5", "UTC+0", "UTC\u22123:30", "UTC+5:30"]);
});

test("Monday is the first day", () => {
  assert.equal(partsOf("2026-11-23T00:00:00Z", 0).weekday, 0);
  assert.equal(partsOf("2026-11-22T00:00:00Z", 0).weekday, 6);
});

test("hours are added in words that the server understands", () => {
  assert.equal(addHours("2026-11-23T23:00:00Z", 2), "2026-11-24T01:00:00Z");
});

test("an age is said in the largest unit that fits", () => {
  assert.deepEqual(age(59 * 60), { id: "age.minutes", count: 59 });
  assert.deepEqual(age(3 * 3600), { id: "age.hours", count: 3 });
  assert.deepEqual(age(10 * 86_400), { id: "age.days", count: 10 });
  assert.deepEqual(age(-5), { id: "age.minutes", count: 0 });
});

test("a missing hour is a step of its own, marked as a gap", () => {
  const steps = timeline(["2026-11-23T06:00:00Z", "2026-11-23T07:00:00Z", "2026-11-23T09:00:00Z"]);
  assert.deepEqual(
    steps.map(({ time, known }) => [time.slice(11, 13), known]),
    [["06", true], ["07", true], ["08", false], ["09", true]],
  );
});

test("times that are far apart or off the hour are the steps themselves", () => {
  const years = ["2001-01-01T00:00:00Z", "2011-01-01T00:00:00Z"];
  assert.deepEqual(timeline(years).map(({ time }) => time), years);
  const odd = ["2026-11-23T06:00:00Z", "2026-11-23T06:10:00Z"];
  assert.deepEqual(timeline(odd), odd.map((time) => ({ time, known: true })));
  assert.deepEqual(timeline([]), []);
});
