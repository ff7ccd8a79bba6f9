/**
 * How a visitor sends something of their own to the demo: what to do, and the line to type. State and consent are kept apart from those of
 * their real program, and no token is among it: each makes one on the page.
 */
export function ownCommandLine(publicUrl: string, platform: NodeJS.Platform): readonly [string, string][] {
  const settings = ["TRACE_SHARE_HOME", "TRACE_SHARE_ALLOW_INSECURE_HTTP"] as const;
  const [home, http] = settings;
  const apart =
    platform === "win32"
      ? `set "${home}=%USERPROFILE%\\.trace-share-demo" & set ${http}=1`
      : `export ${home}="$HOME/.trace-share-demo" ${http}=1`;
  const command = "npm run -s trace-share --";
  return [
    [
      "1. make a token",
      `${publicUrl}/me/tokens (episodes:write, episodes:revoke and read), signed in as below`,
    ],
    ["2. keep it apart", apart],
    ["3. log in", `${command} login --platform ${publicUrl}`],
    ["4. look", `${command} consent init, then ${command} run --dry-run --review (sends nothing)`],
  ];
}
