import { expect, test } from "vitest";
import { isWithinReach, type NetworkPlace, outermost, placeOfAddress, placeOfHost } from "./network-place.ts";

test.each<[string, NetworkPlace]>([
  ["8.8.8.8", "public"],
  ["2606:4700::1111", "public"],
  ["10.1.2.3", "private"],
  ["172.31.0.1", "private"],
  ["192.168.0.1", "private"],
  ["100.64.0.1", "private"],
  ["198.18.0.5", "private"],
  ["fc00::1", "private"],
  ["127.0.0.1", "loopback"],
  ["127.8.8.8", "loopback"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:10.0.0.1", "private"],
  ["64:ff9b::7f00:1", "loopback"],
  ["2002:a00:1::", "private"],
  ["169.254.169.254", "forbidden"],
  ["100.100.100.200", "forbidden"],
  ["168.63.129.16", "forbidden"],
  ["fd00:ec2::254", "forbidden"],
  ["fe80::1", "forbidden"],
  ["0.0.0.0", "forbidden"],
  ["::", "forbidden"],
  ["::7f00:1", "forbidden"],
  ["224.0.0.1", "forbidden"],
  ["255.255.255.255", "forbidden"],
  ["no address", "forbidden"],
])("%s is %s", (address, place) => {
  expect(placeOfAddress(address)).toBe(place);
});

test.each<[string, NetworkPlace | null]>([
  ["https://127.1", "loopback"],
  ["https://0x7f000001", "loopback"],
  ["https://[::1]", "loopback"],
  ["https://LOCALHOST.", "loopback"],
  ["https://files.localhost", "loopback"],
  ["https://metadata.google.internal", "forbidden"],
  ["https://files.example.org", null],
])("the host of %s is %s before any look-up", (url, place) => {
  expect(placeOfHost(new URL(url).hostname)).toBe(place);
});

test("nobody is sent further inside than the one who sends", () => {
  expect(isWithinReach("public", "public")).toBe(true);
  expect(isWithinReach("private", "public")).toBe(false);
  expect(isWithinReach("loopback", "private")).toBe(false);
  expect(isWithinReach("private", "loopback")).toBe(true);
  for (const from of ["public", "private", "loopback", "forbidden"] as const)
    expect(isWithinReach("forbidden", from)).toBe(false);
});

test("who has a public address among others counts as public", () => {
  expect(outermost(["loopback", "public"])).toBe("public");
  expect(outermost([])).toBe("forbidden");
});
