#!/bin/sh
# Builds the launchers and the action DLL for x64 and arm64 from their sources, the same bytes each time.
# Usage: build.sh [FOLDER]; FOLDER (default: built/ beside this script) then holds them and SHA256SUMS.
# Needs clang, lld and llvm of Debian 12 (14.0.6); other versions make working programs of other bytes.
set -eu
cd "$(dirname "$0")"
out=$(mkdir -p "${1:-built}" && cd "${1:-built}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

clang --version | head -n 1
lld-link --version | head -n 1

# No C runtime, no SDK; no identity of the compiler or of this machine's folders in the result.
CFLAGS='-std=c11 -Os -ffreestanding -fno-stack-protector -fno-ident
  -Wall -Wextra -Werror'
LINK='/nodefaultlib /Brepro /nologo /incremental:no /opt:ref,icf /version:1.0'

# build CLANG-NAME DLLTOOL-NAME OUR-NAME
build() {
  for def in imports/*.def; do
    llvm-dlltool -m "$2" -d "$def" -l "$work/$(basename "$def" .def)-$3.lib"
  done
  compile() { # compile SOURCE OBJECT [OPTION…]
    source=$1 object=$work/$2-$3.o arch=$4
    shift 4
    # shellcheck disable=SC2086 # several options in one word
    clang --target="$arch-pc-windows-msvc" $CFLAGS "$@" -c "$source" -o "$object"
  }
  compile launcher/launcher.c launcher "$3" "$1"
  compile launcher/launcher.c launcherw "$3" "$1" -DWINDOWLESS
  for source in action/*.c; do
    compile "$source" "action-$(basename "$source" .c)" "$3" "$1"
  done
  # shellcheck disable=SC2086
  lld-link $LINK /entry:start /subsystem:console,6.02 "$work/launcher-$3.o" "$work/launcher.res" \
    "$work/kernel32-$3.lib" "/out:$out/launcher-$3.exe"
  # shellcheck disable=SC2086
  lld-link $LINK /entry:start /subsystem:windows,6.02 "$work/launcherw-$3.o" "$work/launcher.res" \
    "$work/kernel32-$3.lib" "$work/user32-$3.lib" "/out:$out/launcherw-$3.exe"
  # shellcheck disable=SC2086
  lld-link $LINK /dll "/implib:$work/action-$3.lib" /entry:DllMain /subsystem:windows,6.02 "$work"/action-*-"$3".o \
    "$work/kernel32-$3.lib" "$work/advapi32-$3.lib" "$work/msi-$3.lib" "/out:$out/action-$3.dll"
}

(cd launcher && llvm-rc /no-preprocess /fo "$work/launcher.res" launcher.rc)
build x86_64 i386:x86-64 x64
build aarch64 arm64 arm64
cd "$out"
sha256sum action-arm64.dll action-x64.dll launcher-arm64.exe launcher-x64.exe launcherw-arm64.exe launcherw-x64.exe >SHA256SUMS
cat SHA256SUMS
