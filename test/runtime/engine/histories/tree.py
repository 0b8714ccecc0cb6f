"""Changes trees and tells what they are: an eye of its own, which shares nothing with the engine. A JSON object a line, in and out.

Names are bytes: in JSON each is a character (latin-1).
"""
import ctypes
import errno
import hashlib
import json
import os
import shutil
import stat
import sys

libc = ctypes.CDLL(None, use_errno=True)
KEEP_SIZE_PUNCH_HOLE = 3


def name(text):
    return text.encode("latin-1")


def text(raw):
    return raw.decode("latin-1")


def content(op):
    seed, size = op["seed"], op["size"]
    if op.get("zeros"):
        return b"\0" * size
    made = hashlib.shake_128(str(seed).encode()).digest(min(size, 4096))
    return (made * (size // 4096 + 1))[:size] if size else b""


def no_follow(place, flags):
    return os.open(place, flags | os.O_NOFOLLOW, 0o666)


def within(root, path):
    """Of an item of the tree. No link leads a change out of it: these tests run as root."""
    place = os.path.join(root, path)
    inside, real = os.path.realpath(root), os.path.realpath(os.path.dirname(place))
    if real != inside and not real.startswith(inside + b"/"):
        raise OSError(errno.EXDEV, "it is outside the tree")
    return place


def apply(root, op):
    do = op["do"]
    place = within(root, name(op["path"]))
    if do == "file":
        with open(place, "wb", opener=no_follow) as file:
            file.write(content(op))
    elif do == "sparse":
        with open(place, "wb", opener=no_follow) as file:
            for at, size in op["pieces"]:
                file.seek(at)
                file.write(content({"seed": at, "size": size}))
            file.truncate(op["size"])
    elif do == "punch":
        with open(place, "r+b", opener=no_follow) as file:
            result = libc.fallocate(file.fileno(), KEEP_SIZE_PUNCH_HOLE, ctypes.c_long(op["at"]), ctypes.c_long(op["size"]))
            if result != 0:
                raise OSError(ctypes.get_errno(), "fallocate")
    elif do == "append":
        with open(place, "ab", opener=no_follow) as file:
            file.write(content(op))
    elif do == "truncate":
        with open(place, "r+b", opener=no_follow) as file:
            file.truncate(op["size"])
    elif do == "folder":
        os.mkdir(place)
    elif do == "symlink":
        os.symlink(name(op["to"]), place)
    elif do == "link":
        os.link(within(root, name(op["of"])), place, follow_symlinks=False)
    elif do == "rename":
        to = within(root, name(op["to"]))
        if os.path.lexists(to):
            raise OSError(errno.EEXIST, "it is there")
        os.rename(place, to)
    elif do == "remove":
        shutil.rmtree(place) if os.path.isdir(place) and not os.path.islink(place) else os.unlink(place)
    elif do == "chmod":
        if not os.path.islink(place):
            os.chmod(place, op["mode"])
    elif do == "chown":
        os.chown(place, op["uid"], op["gid"], follow_symlinks=False)
    elif do == "time":
        os.utime(place, ns=(int(op["ns"]), int(op["ns"])), follow_symlinks=False)
    elif do == "attribute":
        os.setxattr(place, name(op["name"]), bytes.fromhex(op["value"]), follow_symlinks=False)
    elif do == "no attribute":
        os.removexattr(place, name(op["name"]), follow_symlinks=False)
    else:
        raise ValueError(do)


def data_of(place, size):
    """Where a file has data, or None where all of it is data."""
    pieces, at = [], 0
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        while at < size:
            try:
                begin = os.lseek(handle, at, os.SEEK_DATA)
            except OSError as failure:
                if failure.errno != errno.ENXIO:
                    raise
                break
            at = os.lseek(handle, begin, os.SEEK_HOLE)
            pieces.append([begin, at])
    finally:
        os.close(handle)
    return None if pieces == [[0, size]] or size == 0 else pieces


def facts(root):
    found, groups = [], {}

    def look(path):
        place = os.path.join(root, path) if path else root
        status = os.lstat(place)
        fact = {"path": text(path), "mode": oct(stat.S_IMODE(status.st_mode)), "uid": status.st_uid, "gid": status.st_gid,
                "time": str(status.st_mtime_ns)}
        attributes = {text(os.fsencode(one)): os.getxattr(place, one, follow_symlinks=False).hex()
                      for one in sorted(os.listxattr(place, follow_symlinks=False))}
        if attributes:
            fact["attributes"] = attributes
        found.append(fact)
        if not stat.S_ISDIR(status.st_mode) and status.st_nlink > 1:
            groups.setdefault(status.st_ino, []).append(fact)
        if stat.S_ISLNK(status.st_mode):
            fact["kind"], fact["to"] = "link", text(os.readlink(place))
            del fact["mode"]
        elif stat.S_ISDIR(status.st_mode):
            fact["kind"] = "folder"
            for one in sorted(os.listdir(place)):
                look(os.path.join(path, one))
        else:
            fact["kind"], fact["size"] = "file", status.st_size
            with open(place, "rb") as file:
                fact["sha256"] = hashlib.sha256(file.read()).hexdigest()
            data = data_of(place, status.st_size)
            if data is not None:
                fact["data"] = data

    look(b"")
    for members in groups.values():
        for fact in members:
            fact["same"] = members[0]["path"]
    return found


for line in sys.stdin:
    order = json.loads(line)
    answer = {}
    if "facts" in order:
        answer["facts"] = facts(name(order["facts"]))
    else:
        answer["failures"] = []
        for one in order["ops"]:
            try:
                apply(name(order["root"]), one)
            except (OSError, shutil.Error) as failure:
                answer["failures"].append([one["do"], text(str(failure).encode("utf-8", "replace"))])
    print(json.dumps(answer), flush=True)
