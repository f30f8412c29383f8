import { describe, expect, it } from "vitest";
import { parseStack } from "./stack";

describe("parseStack", () => {
  it("keeps a message without frames whole", () => {
    expect(parseStack("the task host was killed by signal 9\nsecond line\n")).toEqual({
      message: "the task host was killed by signal 9\nsecond line",
      frames: [],
    });
  });

  it("takes frames apart", () => {
    const { message, frames } = parseStack(
      [
        "signal 11 (SIGSEGV)",
        "  #0 0x00007f12 in count_words(std::string const&) at /src/word_count.cc:41",
        "  #1 penstock::Task::Step() (penstock+0x4f2a10)",
        "  at main.cc:3",
      ].join("\n"),
    );
    expect(message).toBe("signal 11 (SIGSEGV)");
    expect(frames[0]).toMatchObject({
      function: "count_words(std::string const&)",
      place: "/src/word_count.cc:41",
      foreign: false,
    });
    expect(frames[1]).toMatchObject({ foreign: true });
    expect(frames).toHaveLength(3);
  });
});
