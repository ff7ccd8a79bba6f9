import type { Replacement, Span } from "./finding.ts";
import type { Part } from "./look-up.ts";
import { matchesOf } from "./matches.ts";
import { isHostPseudonym, isUserPseudonym } from "./placeholder.ts";

/** Personal data that stands in a known frame. Every pattern is bounded; groups are named by what they hold. */
export type Frame = {
  id: string;
  keywords: readonly string[];
  pattern: RegExp;
  /** What must stand around the keyword, from the character before it on, for a look to be worth while. Sticky. */
  at?: RegExp;
  /** How far behind its keyword it is looked for, if not `FRAME_REACH`. */
  reach?: number;
};

const NAME = "[\\p{L}][\\p{L}'’.-]{1,30}(?: [\\p{L}][\\p{L}'’.-]{0,30}){1,3}(?<!['’])";
/** A given name and a family name, as prose writes them. */
const FULL =
  "[\\p{Lu}][\\p{Ll}][\\p{L}'’-]{1,24}(?: [\\p{Lu}]\\.)?(?: (?:van|von|de|da|del|di|la|al|el|bin|der|den)){0,2} [\\p{Lu}][\\p{L}'’-]{2,30}";
const USER = "[A-Za-z0-9_][A-Za-z0-9._-]{0,63}";
const SEP = "(?:[/\\\\]|\\\\{2,8}|%2[fF]|%5[cC]|%252[fF])";

/** Users of shared machines, containers and builders: they are nobody. */
export const NOBODY = new Set(
  "root runner user users ubuntu debian admin administrator home node app vscode codespace circleci git docker www-data nobody public default shared guest all work build builder ci jenkins travis vagrant ec2-user core coder gitpod deploy me you name username youruser your-user your_user user_name example test linuxbrew runneradmin vsts sandbox dev developer project projects code src workspace postgres mysql redis nginx daemon bin sys".split(
    " ",
  ),
);

const FOLDERS =
  "dev|code|src|work|projects?|repos?|git|github|workspaces?|Documents|Desktop|Downloads|Developer|Code|Projects|Library|AppData|source|go|tmp|app|apps|web|api|infra|cli|server|engine|client|config|local|OneDrive|Sites|www|opt|bin|proj";

const HOME: readonly Frame[] = [
  {
    id: "home-folder",
    keywords: ["home", "users", "documents and settings", "ocuments%20and%20"],
    pattern: new RegExp(
      `(?:^|[^A-Za-z0-9_])(?:home|Users|users|export/home|Documents and Settings)${SEP}(?<user>[A-Za-z][A-Za-z]{1,20} [A-Z][A-Za-z]{1,20}(?=[\\\\/])|${USER})`,
      "dg",
    ),
  },
  {
    id: "home-slug",
    keywords: ["-home-", "-users-", "c--users-", "--users-"],
    pattern: new RegExp(
      `(?:-home-|[-/]?-[Uu]sers-)(?<user>[A-Za-z0-9_.]{1,40}(?:-(?!(?:${FOLDERS})(?![A-Za-z0-9]))[A-Za-z0-9_.]{2,30})?)`,
      "dg",
    ),
  },
  {
    id: "home-tilde",
    keywords: [" ~", "=~", '"~', ":~"],
    pattern: /[\s=":'(]~(?<user>[a-z][a-z0-9._-]{2,32})(?=\/)/dg,
  },
];

const PEOPLE: readonly Frame[] = [
  {
    id: "git-author",
    keywords: [
      "author:",
      "commit:",
      "committer:",
      "-by:",
      "author ",
      "committer ",
      "tagger",
      "from:",
      "reply-to:",
      "cc:",
      "to:",
      "merged by",
    ],
    pattern: new RegExp(
      `(?:Author|Commit|Committer|Tagger|author|committer|tagger|From|To|Cc|Reply-To|[A-Z][a-z]+(?:-[a-z]+)?-[Bb]y)(?::|(?= ))[ \\t]{1,8}"?(?<person>${NAME}|[\\p{L}][\\p{L}\\d._-]{1,39})"?[ \\t]{1,4}<`,
      "dgu",
    ),
  },
  {
    id: "git-config-name",
    keywords: [
      "user.name",
      "git_author_name",
      "git_committer_name",
      "author_name",
      "committer_name",
      "full_name",
      "fullname",
      "display_name",
      "displayname",
      "real_name",
      "realname",
      "customer_name",
      "customername",
      "contact_name",
      "employee_name",
      "patient_name",
    ],
    pattern: new RegExp(
      `(?:user\\.name|GIT_AUTHOR_NAME|GIT_COMMITTER_NAME|author_name|committer_name|authorName|full_?[nN]ame|display_?[nN]ame|real_?[nN]ame|(?:customer|contact|employee|patient)_?[nN]ame)\\\\?["']?[ \\t=:]{1,4}(?:\\\\?["'](?<person>${NAME})|(?<person2>${FULL}))`,
      "dgu",
    ),
  },
  {
    id: "package-author",
    keywords: ["author", "maintainer", "copyright"],
    pattern: new RegExp(
      `(?:authors?|maintainers?|Copyright \\(c\\) \\d{4})\\\\?["']?[ \\t]{0,4}[:=]?[ \\t]{0,4}\\[?\\\\?["']?(?<person>${NAME})(?=[ \\t]{0,2}<[^<>\\s]{1,80}@)`,
      "dgu",
    ),
  },
  {
    id: "git-blame",
    keywords: [
      " +0",
      " -0",
      " +1",
      '"author"',
      '"committer"',
      '"user"',
      '"assignee"',
      '"reviewer"',
      '"tagger"',
    ],
    pattern: new RegExp(
      `^[\\^]?[0-9a-f]{7,40} [^\\n(]{0,120}\\((?<person>${NAME}) {1,30}\\d{4}-\\d\\d-\\d\\d |"(?:author|committer|user|tagger|assignee|reviewer)"[ ]?:[ ]?\\{[ \\n]{0,8}"name"[ ]?:[ ]?"(?<person2>${NAME})"`,
      "dgmu",
    ),
  },
  {
    id: "git-shortlog",
    keywords: ["shortlog"],
    pattern: new RegExp(`^[ \\t]{1,8}\\d{1,6}\\t(?<person>${NAME})(?= <|\\r?$)`, "dgmu"),
    reach: 2_000,
  },
  {
    id: "git-config-user",
    keywords: ["[user]"],
    pattern: new RegExp(
      `\\[user\\][ \\t]{0,4}\\r?\\n(?:[ \\t]{1,8}[a-z]{1,20} = [^\\n]{0,120}\\n){0,3}[ \\t]{1,8}name = (?<person>${NAME})`,
      "dgu",
    ),
  },
  {
    id: "addressed-person",
    keywords: [
      "hi ",
      "hello ",
      "dear ",
      "hey ",
      "thanks ",
      "ask ",
      "contact ",
      "call ",
      "email ",
      "ping ",
      "tell ",
      "talk to ",
      "speak to ",
      "cc ",
      "assigned to ",
      "sincerely",
      "regards",
      "customer",
      "client:",
      "patient",
      "employee",
      "applicant",
      "cardholder",
      "guest",
      "passenger",
      "tenant:",
      "signed by",
    ],
    pattern: new RegExp(
      `(?:(?:^|[\\s"'>(])(?:(?:Hi|Hello|Dear|Hey|Thanks|Thank you|Bonjour|Hola|Hallo|Liebe[r]?) (?<person>${FULL})(?=[,!])|(?:[Aa]sk|[Cc]ontact|[Ee]mail|[Cc]all|[Pp]ing|[Tt]ell|[Tt]alk to|[Ss]peak to|[Aa]ssigned to|cc|CC|[Ss]igned by) (?<person2>${FULL})(?= (?:from|at|in|of|about|on|to|for|who|if|directly|via)\\b|[,.;\\n]|$)))|(?:Customer|Client|Patient|Employee|Applicant|Cardholder|Guest|Passenger|Tenant|customer|patient|employee)(?: [Nn]ame)?:[ \\t]{1,4}(?<person3>${FULL})(?=[,.;|)\\n]|$)|(?:[Rr]egards|[Ss]incerely),?\\r?\\n(?<person4>${FULL})(?=\\r?\\n|$)`,
      "dgmu",
    ),
  },
  {
    id: "git-graph",
    keywords: [" ago) "],
    pattern: new RegExp(`ago\\) (?:[^\\n]{1,200} - |<)(?<person>${NAME})(?=>| \\(|\\r?$)`, "dgmu"),
  },
  {
    id: "git-reflog",
    keywords: ["<"],
    at: / <[^<>@\s]{1,64}@/y,
    pattern: new RegExp(
      `^(?:[0-9a-f^]{7,40} \\(?)?(?<person>${NAME}) <[^<>@\\s]{1,64}@[^<>\\s]{1,120}>`,
      "dgmu",
    ),
  },
];

const MACHINES: readonly Frame[] = [
  {
    id: "ssh-key-comment",
    keywords: ["ssh-rsa aaaa", "ssh-ed25519 aaaa", "ssh-dss aaaa", "ecdsa-sha2-nistp"],
    pattern:
      /(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\d{3}) AAAA[A-Za-z0-9+/=]{20,1400} (?<user>[\w.-]{2,40})@(?<host>[\w.-]{2,62})/dg,
    reach: 1_600,
  },
  {
    id: "network-path",
    keywords: ["\\\\"],
    pattern: /(?:^|[\s"'=(,])\\\\(?<host>(?=[\w.-]{0,60}[\d-])[A-Za-z][\w.-]{2,62})\\[\w$]/dgm,
  },
  {
    id: "shell-prompt",
    keywords: ["@"],
    at: /[a-z0-9._-]@[A-Za-z]/y,
    pattern:
      /(?:^|[[(\s│])(?<user>[a-z_][a-z0-9._-]{0,32})@(?<host>[A-Za-z][A-Za-z0-9.-]{2,62})(?::[~/][^\s$#%]{0,200}[$#%]|[ \t][~\w./-]{1,100}\]?[ \t]?[$#%](?=\s|$)|[:>$#](?=\s|$))/dgm,
  },
  {
    id: "kernel-host",
    keywords: ["linux ", "darwin "],
    pattern: /(?:^|\s)(?:Linux|Darwin) (?<host>[A-Za-z][A-Za-z0-9.-]{2,62}) \d{1,3}\.\d{1,3}\.\d/dgm,
  },
  {
    id: "named-host",
    keywords: [
      "hostname",
      "host_name",
      "computername",
      "machine name",
      "nodename",
      "computer_name",
      "host name",
    ],
    pattern:
      /(?:HOSTNAME|[hH]ost[_ ]?[nN]ame|COMPUTERNAME|[cC]omputer_?[nN]ame|[mM]achine_? ?[nN]ame|nodename)\\?["']?(?:[ \t]{0,20}[:=][ \t]{0,4}|[ \t]{1,4}is[ \t](?=\S{0,60}[-\d]))\\?["']?(?<host>[A-Za-z][A-Za-z0-9-]{2,62}(?:\.[A-Za-z0-9-]{1,62}){0,5})/dg,
  },
  {
    id: "printed-host",
    keywords: ["hostname"],
    pattern: /[$#>] hostname(?: -[a-z]{1,3})?\r?\n(?<host>[A-Za-z][A-Za-z0-9.-]{2,62})(?=\r?\n|$(?![^]))/dg,
  },
  {
    id: "device-name",
    keywords: ["macbook", "thinkpad", "-laptop", "laptop-", "desktop-", "mbp", "-imac"],
    pattern:
      /(?<![\w./-])(?<host>DESKTOP-[A-Z0-9]{7}|LAPTOP-[A-Z0-9]{8}|(?:mbp|macbook)-[a-z][a-z0-9-]{2,30}|[A-Za-z][A-Za-z0-9]{1,30}-(?:MacBook(?:-(?:Pro|Air))?|macbook(?:-(?:pro|air))?|mbp|iMac|imac|[Tt]hink[Pp]ad|laptop)(?:-\d{1,3})?)(?![\w-])/dg,
  },
  {
    id: "syslog-host",
    keywords: ["sshd[", "systemd[", "kernel:", "sudo:", "cron[", "dockerd[", "kubelet["],
    pattern:
      /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?<host>[A-Za-z][A-Za-z0-9.-]{2,62}) [a-z]{2,20}(?:\[\d|:)/dgm,
  },
  {
    id: "named-user",
    keywords: ["user", "logname", "whoami", "uid=", "login", "logged in", "sudo", "gnu/linux"],
    pattern:
      /(?:(?<![A-Za-z])(?:USER|USERNAME|LOGNAME|SUDO_USER)=|(?:[ug]id|groups)=\d{1,6}\(|[$#>] whoami\r?\n|GNU\/Linux\r?\n(?=[\w.-]{3,40}\s{0,2}$(?![^]))|Accepted (?:publickey|password) for |session (?:opened|closed) for user |\bLogged in (?:as|to \S{1,60} (?:as|account)) |(?<![\w.])(?:user|username|login|user_name|userName)\\?["'][ \t]{0,4}:[ \t]{0,4}\\?["']|\blogin as:? )(?<user>[A-Za-z][A-Za-z0-9._-]{2,40})(?![A-Za-z0-9(@])/dg,
  },
  {
    id: "file-owner",
    keywords: ["rwx", "rw-", "r--", "r-x"],
    pattern:
      /[-dlbcps][-rwxsStT]{9}[.+@]?[ \t]{1,6}\d{1,6}[ \t]{1,6}(?<user>[A-Za-z][A-Za-z0-9._-]{1,40})[ \t]{1,20}(?<group>[A-Za-z][A-Za-z0-9._-]{1,40})(?=[ \t])/dg,
  },
  {
    id: "process-owner",
    keywords: ["%cpu"],
    pattern:
      /^(?<user>[a-z][a-z0-9._+-]{2,32})[ \t]{1,20}\d{1,8}[ \t]{1,8}\d{1,3}\.\d[ \t]{1,8}\d{1,3}\.\d[ \t]/dgm,
  },
];

export const FRAMES: readonly Frame[] = [...HOME, ...PEOPLE, ...MACHINES];

const GROUPS: Record<string, Replacement> = {
  user: "user",
  group: "user",
  person: "user",
  person2: "user",
  person3: "user",
  person4: "user",
  host: "host",
};
/** Capitalised words that a person is not called: products, teams and roles. */
const NO_PERSON =
  /\b(?:Code|Claude|Codex|Copilot|Agent|Assistant|Team|Support|Service|Services|Customer|Sales|Engineering|Admin|Administrator|User|World|There|All|Everyone|Folks|Sir|Madam|Hub|Lab|Cloud|Studio|Server|System|API|SDK|CLI|The|This|Your|My|Our|Git|GitHub|GitLab|Docker|React|Node|Python|Java|Go|Rust|Type|Script|Open|Source|Security|Manager|Owner|Maintainer|Maintainers|Reader|Friend|Product|Department|Office|Desk|Center|Center|Center|Inc|LLC|Ltd|GmbH|Corp|Google|Microsoft|Amazon|Apple|Linux|Windows|Chrome|Success|Data|Project|Model|Test|Page|Form|List|Id|ID|Name|Number|Hook|Function|Method|Class|Get|Set|Post|Next|New|Old|First|Last)\b/;
const BEFORE = 140;
/** How far behind its keyword a frame is looked for. */
export const FRAME_REACH = 400;

/** Finds one frame in a part of a text. */
export function matchFrame(frame: Frame, { text, from, to }: Part): Span[] {
  return matchesOf(frame.pattern, text.slice(from, to)).flatMap((match) =>
    Object.entries(match.groups ?? {}).flatMap(([group, value]) => {
      const as = GROUPS[group];
      const place = match.indices?.groups?.[group];
      if (as === undefined || value === undefined || place === undefined) return [];
      const trimmed = value.replace(/(?<![.-])[.-]+$/, "");
      if (!isSomebody(trimmed, as, frame.id)) return [];
      const start = from + place[0];
      const span = { start, end: start + trimmed.length, rule: frame.id, as, value: trimmed };
      return [{ ...span, class: "definite" as const }];
    }),
  );
}

/** Where the part of a text begins that a frame around `hit` may stand in: at a line or a blank, so that no anchor holds where the text has none. */
export function frameStart(text: string, hit: number): number {
  if (hit <= BEFORE) return 0;
  const before = text.slice(hit - BEFORE, hit);
  const line = before.lastIndexOf("\n");
  if (line >= 0) return hit - BEFORE + line;
  const blank = before.search(/\s/);
  return blank < 0 ? hit : hit - BEFORE + blank;
}

function isSomebody(value: string, as: Replacement, rule: string): boolean {
  if (value.length < 2 || isUserPseudonym(value) || isHostPseudonym(value)) return false;
  if (/^user_[a-z2-9]{4,8}(?:-|$)/.test(value)) return false;
  if (as === "host") return isHost(value) && (rule !== "named-host" || /[-\d]/.test(value));
  if (rule.startsWith("home-") && value === "user") return true; // the older tool's fixture names it a person
  if (rule === "addressed-person" && NO_PERSON.test(value)) return false;
  return (
    !NOBODY.has(value.toLowerCase()) &&
    !/^(?:staff|wheel|users|true|false|null|none|undefined|string|dependabot|github-actions|renovate|web-flow|docker)/i.test(
      value,
    ) &&
    !/^[A-Z_]{6,}$/.test(value)
  );
}

function isHost(value: string): boolean {
  return (
    !/^(?:localhost|string|undefined|null|none|true|github\.com|gitlab\.com|bitbucket\.org|example|host|hostname|server|name|raw|this|self|process|config|options|window|location|url|req|request|os|socket)$/i.test(
      value,
    ) &&
    !/(?:^|\.)example(?:\.\w+)?$|\.(?:github|gitlab)\.com$|^ip-\d|\.local(?:host|domain)$/i.test(value) &&
    !/^[0-9a-f]{12}$/.test(value)
  );
}
