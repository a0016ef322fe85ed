#!/usr/bin/env bash
# Fetches the test images of libpng, libjpeg-turbo, libwebp and giflib into a folder,
# out of their source packages at the mirror that apt is set up for. It asks apt for
# the lists of sources in a place of its own, and needs no root.
#
#   tests/image/others.sh DIR && TEST_IMAGES=DIR deno task test tests/image/others_test.ts
set -euo pipefail
mkdir -p "$1"
cd "$1"
own=$(mktemp -d)
trap 'rm -rf "$own"' EXIT
mkdir -p "$own/parts" "$own/lists/partial" "$own/cache"
for file in /etc/apt/sources.list.d/*.sources; do
  [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" > "$own/parts/$(basename "$file")"
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ ! -e "$file" ] || sed -n 's/^deb /deb-src /p' "$file" > "$own/parts/$(basename "$file" .list).list"
done
apt=(apt-get -q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$own/parts"
  -o "Dir::State::Lists=$own/lists" -o "Dir::Cache=$own/cache")
"${apt[@]}" update
"${apt[@]}" source --download-only --tar-only libpng1.6 libjpeg-turbo libwebp giflib
for archive in *.orig.tar.?z; do
  tar -xf "$archive"
  rm "$archive"
done
