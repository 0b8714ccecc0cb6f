/* An immediate action that ends programs whose files are about to be replaced or removed, and that nobody could be asked to close. */
#include "action.h"

/* kernel32.dll */
IMPORT BOOL K32EnumProcesses(DWORD *ids, DWORD size, DWORD *used);
IMPORT HANDLE OpenProcess(DWORD access, BOOL inherits, DWORD id);
IMPORT BOOL QueryFullProcessImageNameW(HANDLE process, DWORD flags, WCHAR *path, DWORD *length);
IMPORT BOOL TerminateProcess(HANDLE process, UINT exitCode);
IMPORT DWORD WaitForSingleObject(HANDLE object, DWORD milliseconds);
IMPORT DWORD GetLongPathNameW(const WCHAR *path, WCHAR *longPath, DWORD size);
IMPORT int CompareStringOrdinal(const WCHAR *one, int length, const WCHAR *other, int otherLength, BOOL ignoreCase);

#define PROCESS_TERMINATE 0x1
#define PROCESS_QUERY_LIMITED_INFORMATION 0x1000
#define SYNCHRONIZE 0x100000
#define WAIT_OBJECT_0 0
#define CSTR_EQUAL 2

#define MOST_PROCESSES 16384
#define MOST_AT_ONCE 64
/* Somebody, such as a launcher, may start a program again while it is ended. */
#define ROUNDS 3
/* Milliseconds for what is ended to be gone; given once in all to one that does not go. */
#define PATIENCE 5000

/* The two folders that are meant, and the programs in each: `bin\a.exe|bin\b.exe`. */
typedef struct {
  const WCHAR *folders[2];
  const WCHAR *names;
  DWORD patience;
} Wanted;

/* Short names (`PROGRA~1`) become long ones; a path that cannot be looked at stays as it is. FALSE when it is too long. */
static BOOL writeLongPath(const WCHAR *path, WCHAR *result) {
  DWORD length = GetLongPathNameW(path, result, LONGEST);
  if (length > 0 && length < LONGEST) return 1;
  for (DWORD i = 0; i < LONGEST; i++) {
    result[i] = path[i];
    if (!path[i]) return 1;
  }
  return 0;
}

/* FOLDER and the name up to its `|` as one path. FALSE when it is too long or the folder is no full path. */
static BOOL joinPath(const WCHAR *folder, const WCHAR *name, WCHAR *result) {
  DWORD at = 0;
  BOOL isFull = folder[0] && ((folder[1] == ':' && folder[2] == '\\') || (folder[0] == '\\' && folder[1] == '\\'));
  if (!isFull || !*name || *name == '|') return 0;
  for (; *folder; folder++) {
    if (at == LONGEST - 2) return 0;
    result[at++] = *folder;
  }
  if (result[at - 1] != '\\') result[at++] = '\\';
  for (; *name && *name != '|'; name++) {
    if (at == LONGEST - 1) return 0;
    result[at++] = *name;
  }
  result[at] = 0;
  return 1;
}

static BOOL isWanted(const Wanted *wanted, const WCHAR *image) {
  static WCHAR joined[LONGEST], path[LONGEST];
  for (DWORD i = 0; i < 2; i++) {
    for (const WCHAR *name = wanted->names; *name;) {
      if (joinPath(wanted->folders[i], name, joined) && writeLongPath(joined, path) &&
          CompareStringOrdinal(image, -1, path, -1, 1) == CSTR_EQUAL) {
        return 1;
      }
      while (*name && *name != '|') name++;
      if (*name) name++;
    }
  }
  return 0;
}

/* The path of the program that this very process runs; 0 when it cannot be told. In memory of this function. */
static const WCHAR *imageOf(HANDLE process) {
  static WCHAR image[LONGEST], path[LONGEST];
  DWORD length = LONGEST;
  if (!QueryFullProcessImageNameW(process, 0, image, &length)) return 0;
  return writeLongPath(image, path) ? path : 0;
}

/*
 * Opens what is wanted, and says so in the log. A process is opened first, and what is asked for its path and ended is that one: its number may be
 * another's by then.
 */
static DWORD openWanted(MSIHANDLE session, const Wanted *wanted, HANDLE *found) {
  static DWORD ids[MOST_PROCESSES];
  DWORD used = 0, count = 0;
  if (!K32EnumProcesses(ids, sizeof ids, &used)) {
    reportNote(session, L"The programs that run cannot be listed (Windows error [3]).", L"", L"", GetLastError());
    return 0;
  }
  for (DWORD i = 0; i < used / sizeof *ids && count < MOST_AT_ONCE; i++) {
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE | SYNCHRONIZE, 0, ids[i]);
    DWORD error = process ? 0 : GetLastError();
    BOOL mayEnd = process != 0;
    if (!process) process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, ids[i]);
    const WCHAR *path = process ? imageOf(process) : 0;
    if (path && isWanted(wanted, path)) {
      if (mayEnd) {
        reportNote(session, L"The program \"[1]\" is open and is ended.", path, L"", 0);
        found[count++] = process;
        continue;
      }
      reportNote(session, L"The program \"[1]\" is open, and this account may not end it (Windows error [3]).", path, L"", error);
    }
    if (process) CloseHandle(process);
  }
  return count;
}

/* Whether there was something to end. Its files are free only when it is gone, so this waits. */
static BOOL endAll(MSIHANDLE session, Wanted *wanted) {
  static HANDLE found[MOST_AT_ONCE];
  static DWORD errors[MOST_AT_ONCE];
  DWORD count = openWanted(session, wanted, found);
  /* A program whose launcher was ended is ending already, and may refuse to be ended. */
  for (DWORD i = 0; i < count; i++) errors[i] = TerminateProcess(found[i], 1) ? 0 : GetLastError();
  for (DWORD i = 0; i < count; i++) {
    if (WaitForSingleObject(found[i], wanted->patience) != WAIT_OBJECT_0) {
      wanted->patience = 0;
      reportNote(session, L"A program that is open does not end (Windows error [3]).", L"", L"", errors[i]);
    }
    CloseHandle(found[i]);
  }
  return count > 0;
}

/*
 * EndPrograms: the property of that name holds `FOLDER|OTHER FOLDER`, the folder that is installed to and the one of the version before;
 * ProgramsToEnd holds the programs in them, `bin\a.exe|bin\b.exe`. Every process of one of these files that this account may end is ended.
 * Nothing stops an installation: what stays open is left to Windows Installer's own words about files in use.
 */
ACTION EndPrograms(MSIHANDLE session) {
  static WCHAR nothing[1];
  WCHAR *folders = readProperty(session, L"EndPrograms");
  WCHAR *names = readProperty(session, L"ProgramsToEnd");
  if (folders && names) {
    WCHAR *other = cutField(folders);
    Wanted wanted;
    wanted.folders[0] = folders;
    wanted.folders[1] = other ? other : nothing;
    wanted.names = names;
    wanted.patience = PATIENCE;
    for (DWORD round = 0; round < ROUNDS && endAll(session, &wanted); round++) continue;
  }
  discard(folders);
  discard(names);
  return ERROR_SUCCESS;
}
