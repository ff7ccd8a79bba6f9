import type { Finding } from "./episodes.ts";

/** How far rules have got with what is public or may be again (`RESCANNED_STATES`), in episodes. */
export type RescanCounts = {
  total: number;
  /** Read under the rules. */
  scanned: number;
  published: number;
  /** Public, and the rules found something that nobody has dismissed. */
  hits: number;
  /** Hidden because of what these rules or earlier ones found. */
  hidden: number;
};

/** What a rescan asks of the rows. Their stored scans are its progress. */
export interface RescanRepository {
  counts(rulesVersion: string): Promise<RescanCounts>;
  /** Rows in ascending order of ids whose scan was made under other rules. */
  outdated(rulesVersion: string): AsyncIterable<string>;
  /** Public rows with open findings of the rules. */
  hits(rulesVersion: string): AsyncIterable<string>;
  /** How many of the hits each rule has a part in, most first. */
  hitsByRule(rulesVersion: string): Promise<{ rule: string; episodes: number }[]>;
  /** What a person has called a false alarm in an episode. */
  dismissed(episodeId: string): Promise<Finding[]>;
}
