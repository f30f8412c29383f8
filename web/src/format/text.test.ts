import { describe, expect, it } from "vitest";
import { escapeControls } from "./text";

describe("When text has control characters", () => {
  it("Then they are shown and do nothing", () => {
    expect(escapeControls("a\u001b[31mred\u0000\u007f")).toBe("a\\x1b[31mred\\x00\\x7f");
    expect(escapeControls("one\r\ntwo")).toBe("one\\r\\ntwo");
  });

  it("Then marks that turn the writing direction are shown, too", () => {
    expect(escapeControls("a\u202eb")).toBe("a\\u202eb");
  });

  it("Then tabs and letters of any script stay", () => {
    expect(escapeControls("a\tb ü 漢 🙂")).toBe("a\tb ü 漢 🙂");
  });
});
