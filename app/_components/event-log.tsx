import { Table, Td, Th } from "./table.tsx";
import { When } from "./when.tsx";

export type EventLogRow = { at: Date; actor: string; event: string; from: string; to: string };

/** What happened, oldest first. The words stand for closed codes; nothing that people wrote is among them. */
export function EventLog({ entries, now }: { entries: readonly EventLogRow[]; now: Date }) {
  return (
    <Table label="Log of events">
      <thead>
        <tr>
          <Th>When</Th>
          <Th>Event</Th>
          <Th>From</Th>
          <Th>To</Th>
          <Th>By</Th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry, index) => (
          // oxlint-disable-next-line no-array-index-key -- a log only grows at its end
          <tr key={index}>
            <Td>
              <When at={entry.at} now={now} precise />
            </Td>
            <Td className="whitespace-nowrap">{entry.event}</Td>
            <Td className="whitespace-nowrap text-muted">{entry.from}</Td>
            <Td className="whitespace-nowrap">{entry.to}</Td>
            <Td className="whitespace-nowrap text-muted">{entry.actor}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
