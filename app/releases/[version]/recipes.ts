import type { Recipe } from "#app/_components/use-it.tsx";

type Shown = { version: string; val: number };

/** What to type to use a release whose every file is served. `base` is the address of its files. */
export function recipes({ version, val }: Shown, urls: { base: string; publicUrl: string }): Recipe[] {
  const { base, publicUrl } = urls;
  return [
    {
      name: "curl and verify",
      about: "Download everything, check every digest, and test the compression.",
      code: [
        `mkdir dataset-${version} && cd dataset-${version}`,
        "for file in train.jsonl.zst val.jsonl.zst sft.jsonl.zst tooltrace.jsonl.zst manifest.json CHECKSUMS.txt DATA_CARD.md; do",
        `  curl -fsSO ${base}/$file`,
        "done",
        "sha256sum -c CHECKSUMS.txt",
        "zstd -t *.zst",
      ].join("\n"),
    },
    {
      name: "datasets",
      about: "Load it with Hugging Face datasets in Python (needs the zstandard package).",
      code: [
        "from datasets import load_dataset",
        "",
        `base = "${base}"`,
        'data = load_dataset("json", data_files={',
        '    "train": f"{base}/train.jsonl.zst",',
        // the library fails on a file without rows
        ...(val > 0 ? ['    "validation": f"{base}/val.jsonl.zst",'] : []),
        "})",
      ].join("\n"),
    },
    {
      name: "DuckDB",
      about: "Count outcomes by agent, in the folder of the downloaded files.",
      code: [
        "SELECT source.tool, outcome.status, count(*) AS episodes",
        "FROM read_json('train.jsonl.zst', format = 'newline_delimited', compression = 'zstd')",
        "GROUP BY ALL ORDER BY ALL;",
      ].join("\n"),
    },
    keepCurrent(publicUrl),
  ];
}

/** What whoever holds a copy needs, whether or not its files are still served. */
export function keepCurrent(publicUrl: string): Recipe {
  return {
    name: "keep a copy current",
    about:
      "Ask before each training run which released records were withdrawn, and drop their ids from your copy.",
    code: `curl -fsS '${publicUrl}/v1/deny-list?since=0'`,
  };
}
