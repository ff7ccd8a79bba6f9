import { describe, expect, it } from "vitest";
import { createRedactor } from "./redact.ts";
import { letters } from "./testing/make-secret.ts";

const from = (cwd: string) =>
  createRedactor({ salt: "s", sessionId: "x", facts: { cwds: [cwd], gitRemotes: [], gitBranches: [] } });
const token = letters("A-Za-z0-9", 24);

const PLACES = [
  (name: string) => `https://${name}:${token}@git.example.org/team/app.git`,
  (name: string) => `https://${name}@git.example.org/team/app.git`,
  (name: string) => `ssh ${name}@build7`,
  (name: string) => `ssh -l ${name} build7`,
  (name: string) => `scp out.tgz ${name}@build7:/srv`,
  (name: string) => `git@github.com:${name}/dotfiles.git`,
  (name: string) => `https://github.com/${name}/dotfiles`,
  (name: string) => `gh repo clone ${name}/dotfiles`,
  (name: string) => `Host build7\n  HostName build7.example\n  User ${name}\n`,
  (name: string) => `sudo chown ${name}:staff out`,
  (name: string) => `sudo chown -R ${name}:${name} out`,
  (name: string) => `sudo -u ${name} -i make`,
  (name: string) => `psql -U ${name} -d app`,
  (name: string) => `crontab -u ${name} -l`,
  (name: string) => `docker run --user ${name} alpine`,
  (name: string) => `-rw-r--r--  1 ${name}  ${name}   120 Mar  1 10:22 out`,
  (name: string) => `-rw-r--r--@ 1 ${name}  staff   120 Mar  1 10:22 out`,
  (name: string) => `drwx------ 1 root ${name} 120 Mar  1 10:22 out`,
  (name: string) => `$ whoami\n${name}\n$ `,
  (name: string) => `uid=1000(${name}) gid=1000(${name}) groups=1000(${name}),27(sudo)`,
  (name: string) => `${name}@build7:~$ ls`,
  (name: string) => `[${name}@build7 app]$ ls`,
  (name: string) => `USER=${name}\nLOGNAME=${name}`,
  (name: string) => `C:\\Users\\${name}\\app and \\\\files1\\home\\${name}\\x`,
  (name: string) => `/var/mail/${name} and /run/media/${name}/disk`,
  (name: string) => `Accepted publickey for ${name} from 192.0.2.1`,
  (name: string) => `ssh-ed25519 ${letters("A-Za-z0-9+/", 68)} ${name}@build7`,
];

describe("the account name of a home folder", () => {
  it.each(["mkessler", "mark", "jo.ann", "ana-p", "martakowalczyk"])(
    "%s is replaced wherever an account stands",
    (name) => {
      for (const place of PLACES) {
        const out = from(`/home/${name}/app`).redactText(place(name));
        expect(out).not.toMatch(new RegExp(`(?<![A-Za-z])${name.replace(".", "\\.")}(?![a-z])`));
        expect(out).toMatch(/user_[a-z2-9]{4}/);
      }
    },
  );

  it("of eight letters or more is carried through prose, also if it holds letters only", () => {
    const one = from("/home/martakowalczyk/app");
    expect(one.redactText("I am martakowalczyk, and Martakowalczyk's branch is fine.")).toMatch(
      /^I am user_\w{4}, and user_\w{4}'s branch is fine\.$/,
    );
    expect(from("/home/mkessler/app").redactText("ask mkessler about it")).not.toContain("mkessler");
  });

  it("that is short or a plain word stays in prose", () => {
    for (const [name, prose] of [
      ["mark", "mark the line, a mark: b, mark/index.ts and - mark"],
      ["will", "it will run as user, and will/would not"],
      ["production", "the production build, production/app.ts"],
      ["deployment", "a deployment of deployment/app"],
    ] as const) {
      expect(from(`/home/${name}/app`).redactText(prose)).toBe(prose);
    }
  });
});
