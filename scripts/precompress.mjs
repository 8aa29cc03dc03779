// scripts/precompress.mjs DIRECTORY: writes a .br and a .gz beside every file that is worth it, so that the server never
// compresses a static file. Leaves what is up to date, and removes what no longer has its file.
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const WORTH_IT = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm"]);
const SMALLEST_BYTES = 512;

const encoders = {
  ".br": (data) =>
    promisify(brotliCompress)(data, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
      },
    }),
  ".gz": (data) => promisify(gzip)(data, { level: 9 }),
};

async function modified(path) {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

async function compress(path) {
  const data = await readFile(path);
  const sizes = [];
  for (const [extension, encode] of Object.entries(encoders)) {
    const target = path + extension;
    if (data.length < SMALLEST_BYTES) {
      await rm(target, { force: true });
      continue;
    }
    if (((await modified(target)) ?? 0) >= (await modified(path))) {
      continue;
    }
    const small = await encode(data);
    await writeFile(`${target}.new`, small);
    await rename(`${target}.new`, target);
    sizes.push(`${extension} ${kilobytes(small.length)}`);
  }
  if (sizes.length > 0) {
    console.log(`    ${path} ${kilobytes(data.length)}, ${sizes.join(", ")}`);
  }
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

const [root] = process.argv.slice(2);
if (root === undefined) {
  console.error("usage: node scripts/precompress.mjs DIRECTORY");
  process.exit(2);
}
for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) {
    continue;
  }
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const extension = extname(path);
  if (extension in encoders) {
    if ((await modified(path.slice(0, -extension.length))) === undefined) {
      await rm(path);
    }
  } else if (WORTH_IT.has(extension)) {
    await compress(path);
  }
}
