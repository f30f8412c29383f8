import { ActionIcon, Group, Text, TextInput } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSearch } from "@tabler/icons-react";
import classes from "./log-view.module.css";
import type { LineSearch } from "./use-line-search";

interface LogSearchProps {
  search: LineSearch;
  /** Called with the line that the search is at now. */
  onMove: (line: number | null) => void;
}

/** Enter goes to the next line that has the text, Shift+Enter to the one before. */
export function LogSearch({ search, onMove }: LogSearchProps) {
  return (
    <>
      <TextInput
        className={classes.search}
        aria-label="Search in the log"
        placeholder="Search"
        leftSection={<IconSearch size={14} />}
        value={search.text}
        onChange={(event) => onMove(search.setText(event.currentTarget.value))}
        onKeyDown={(event) => {
          if (event.key === "Enter") onMove(search.move(event.shiftKey ? -1 : 1));
        }}
      />
      {search.text && (
        <Group gap="xs">
          <Text size="sm" role="status">
            {search.found.size === 0
              ? "not found"
              : `${search.position + 1} of ${search.found.size}`}
          </Text>
          <ActionIcon
            variant="default"
            aria-label="Previous"
            onClick={() => onMove(search.move(-1))}
          >
            <IconChevronUp size={14} />
          </ActionIcon>
          <ActionIcon variant="default" aria-label="Next" onClick={() => onMove(search.move(1))}>
            <IconChevronDown size={14} />
          </ActionIcon>
        </Group>
      )}
    </>
  );
}
