import type { Scope } from "#lib/domain/access/policy.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { ActionForm, type FormAction } from "./action-form.tsx";
import { Badge } from "./badge.tsx";
import { Chip } from "./chip.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { Table, Td, Th } from "./table.tsx";
import { When } from "./when.tsx";

/** A token as its owner sees it: everything but its value. */
export type TokenRow = {
  id: string;
  name: string;
  scopes: Scope[];
  shared: boolean;
  expiresAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

export function TokenList({
  tokens,
  now,
  end,
}: {
  tokens: readonly TokenRow[];
  now: Date;
  end: FormAction<null>;
}) {
  return (
    <Table label="My tokens" stacked>
      <thead>
        <tr>
          <Th>Token</Th>
          <Th>Scopes</Th>
          <Th>State</Th>
          <Th>Last used</Th>
          <Th>
            <span className="sr-only">End</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {tokens.map((token) => (
          <tr key={token.id}>
            <Td className="min-w-32 wrap-anywhere">
              {visibleText(token.name)} {token.shared && <Chip>shared</Chip>}
            </Td>
            <Td>
              <span className="flex min-w-48 flex-wrap gap-1">
                {token.scopes.map((scope) => (
                  <Chip key={scope}>{scope}</Chip>
                ))}
              </span>
            </Td>
            <Td>
              <State token={token} now={now} />
            </Td>
            <Td>
              {token.lastUsedAt ? (
                <When at={token.lastUsedAt} now={now} />
              ) : (
                <span className="text-muted">never used</span>
              )}
            </Td>
            <Td className="text-right">
              {!token.revokedAt && token.expiresAt > now && <End token={token} end={end} />}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function State({ token, now }: { token: TokenRow; now: Date }) {
  if (token.revokedAt) return <Badge meaning="withdrawn">ended</Badge>;
  if (token.expiresAt <= now) return <Badge meaning="withdrawn">expired</Badge>;
  return (
    <span className="text-sm">
      until <When at={token.expiresAt} now={now} />
    </span>
  );
}

function End({ token, end }: { token: TokenRow; end: FormAction<null> }) {
  return (
    <ConfirmDialog open="End" title="End this token?">
      <p>
        Whatever uses <span className="font-medium">{visibleText(token.name)}</span> is refused from now on.
        There is no undo; you can make a new one. Episodes that it uploaded stay.
      </p>
      <ActionForm action={end} submit="End 1 token" look="danger">
        <input type="hidden" name="tokenId" value={token.id} />
      </ActionForm>
    </ConfirmDialog>
  );
}
