/*
 * bin\NAME.exe: starts the loader beside it (runtime.exe, or runtimew.exe where WINDOWLESS is defined) and hands back its exit code.
 *
 * The loader gets this program's own command line with argv[0] replaced by the full path of this program: from that it knows
 * which program to run, and every argument arrives as it was written. Handles are inherited, Ctrl-C is the loader's affair,
 * and the loader ends when this process is killed. No C runtime, no SDK: what is used of kernel32.dll is declared here.
 */

typedef __WCHAR_TYPE__ WCHAR;
typedef unsigned int DWORD;
typedef int BOOL;
typedef void *HANDLE;

/* winnt.h, processthreadsapi.h */
typedef struct {
  DWORD cb;
  WCHAR *lpReserved, *lpDesktop, *lpTitle;
  DWORD dwX, dwY, dwXSize, dwYSize, dwXCountChars, dwYCountChars, dwFillAttribute, dwFlags;
  unsigned short wShowWindow, cbReserved2;
  unsigned char *lpReserved2;
  HANDLE hStdInput, hStdOutput, hStdError;
} STARTUPINFOW;

typedef struct {
  HANDLE hProcess, hThread;
  DWORD dwProcessId, dwThreadId;
} PROCESS_INFORMATION;

typedef struct {
  long long PerProcessUserTimeLimit, PerJobUserTimeLimit;
  DWORD LimitFlags;
  unsigned long long MinimumWorkingSetSize, MaximumWorkingSetSize;
  DWORD ActiveProcessLimit;
  unsigned long long Affinity;
  DWORD PriorityClass, SchedulingClass;
  unsigned long long IoInfo[6];
  unsigned long long ProcessMemoryLimit, JobMemoryLimit, PeakProcessMemoryUsed, PeakJobMemoryUsed;
} JOBOBJECT_EXTENDED_LIMIT_INFORMATION;

_Static_assert(sizeof(STARTUPINFOW) == 104, "as in the 64-bit SDK");
_Static_assert(sizeof(JOBOBJECT_EXTENDED_LIMIT_INFORMATION) == 144, "as in the 64-bit SDK");

#define IMPORT __declspec(dllimport)
IMPORT void ExitProcess(DWORD code);
IMPORT DWORD GetLastError(void);
IMPORT WCHAR *GetCommandLineW(void);
IMPORT DWORD GetModuleFileNameW(HANDLE module, WCHAR *path, DWORD size);
IMPORT void GetStartupInfoW(STARTUPINFOW *info);
IMPORT BOOL CreateProcessW(const WCHAR *application, WCHAR *commandLine, void *processSecurity, void *threadSecurity,
                           BOOL inherit, DWORD flags, void *environment, const WCHAR *folder, STARTUPINFOW *startup,
                           PROCESS_INFORMATION *process);
IMPORT HANDLE CreateJobObjectW(void *security, const WCHAR *name);
IMPORT BOOL SetInformationJobObject(HANDLE job, DWORD kind, void *information, DWORD size);
IMPORT BOOL AssignProcessToJobObject(HANDLE job, HANDLE process);
IMPORT DWORD ResumeThread(HANDLE thread);
IMPORT DWORD WaitForSingleObject(HANDLE object, DWORD milliseconds);
IMPORT BOOL GetExitCodeProcess(HANDLE process, DWORD *code);
IMPORT BOOL SetConsoleCtrlHandler(BOOL (*handler)(DWORD event), BOOL add);
IMPORT HANDLE GetStdHandle(DWORD which);
IMPORT BOOL WriteConsoleW(HANDLE console, const WCHAR *text, DWORD length, DWORD *written, void *reserved);
IMPORT BOOL WriteFile(HANDLE file, const void *bytes, DWORD length, DWORD *written, void *overlapped);
IMPORT int WideCharToMultiByte(DWORD codePage, DWORD flags, const WCHAR *text, int length, char *bytes, int size,
                               const char *replacement, BOOL *replaced);
#ifdef WINDOWLESS
IMPORT BOOL PeekMessageW(void *message, HANDLE window, DWORD first, DWORD last, DWORD remove);
#endif

#define CREATE_SUSPENDED 0x4
#define INFINITE 0xffffffffu
#define STD_ERROR_HANDLE ((DWORD)-12)
#define CP_UTF8 65001
#define CTRL_CLOSE_EVENT 2
#define MAX_PATH 260
#define JobObjectExtendedLimitInformation 9
#define JOB_OBJECT_LIMIT_BREAKAWAY_OK 0x800
#define JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK 0x1000
#define JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE 0x2000

/* The longest path and the longest command line that Windows has, each with its final zero. */
#define LONGEST 32768

#ifdef WINDOWLESS
#define LOADER L"runtimew.exe"
#else
#define LOADER L"runtime.exe"
#endif

/* Zeroed pages that cost the file nothing and the stack nothing. */
static WCHAR ownPath[LONGEST];
static WCHAR commandLine[LONGEST];
static WCHAR loaderPath[LONGEST + 16];
static WCHAR message[2 * LONGEST];
static char messageUtf8[6 * LONGEST];
static STARTUPINFOW startup;
static PROCESS_INFORMATION loader;
static JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
static HANDLE job;

/* Appends `text` to the `length` characters that are in `buffer`; nothing where it would not fit. Returns the new length. */
static DWORD append(WCHAR *buffer, DWORD length, DWORD size, const WCHAR *text) {
  DWORD count = 0;
  while (text[count]) count++;
  if (length + count + 1 > size) return length;
  for (DWORD i = 0; i <= count; i++) buffer[length + i] = text[i];
  return length + count;
}

static DWORD appendNumber(WCHAR *buffer, DWORD length, DWORD size, DWORD number) {
  WCHAR digits[11];
  DWORD at = 10;
  digits[at] = 0;
  do digits[--at] = (WCHAR)('0' + number % 10);
  while (number /= 10);
  return append(buffer, length, size, digits + at);
}

/* One line on standard error, and the exit code that shells have for "cannot be started". */
static void fail(const WCHAR *what, DWORD error, const WCHAR *hint) {
  const DWORD size = sizeof message / sizeof *message;
  DWORD length = append(message, 0, size, ownPath);
  length = append(message, length, size, L": ");
  length = append(message, length, size, what);
  if (error) {
    length = append(message, length, size, L" (Windows error ");
    length = appendNumber(message, length, size, error);
    length = append(message, length, size, L")");
  }
  length = append(message, length, size, L"; ");
  length = append(message, length, size, hint);
  length = append(message, length, size, L"\r\n");
  HANDLE out = GetStdHandle(STD_ERROR_HANDLE);
  DWORD written;
  if (!WriteConsoleW(out, message, length, &written, 0)) {
    int bytes = WideCharToMultiByte(CP_UTF8, 0, message, (int)length, messageUtf8, sizeof messageUtf8, 0, 0);
    WriteFile(out, messageUtf8, (DWORD)bytes, &written, 0);
  }
  ExitProcess(127);
}

static void setLimits(DWORD flags) {
  limits.LimitFlags = flags;
  SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
}

/*
 * Ctrl-C and Ctrl-Break reach the loader by themselves, and its exit code tells what it made of them. When the console is closed this
 * process cannot stay, and must not take the loader along, which has seconds of its own for that event.
 */
static BOOL onConsoleEvent(DWORD event) {
  if (event >= CTRL_CLOSE_EVENT) setLimits(JOB_OBJECT_LIMIT_BREAKAWAY_OK | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK);
  return 1;
}

/* The loader's path: the folder of this program and LOADER, with the prefix that Windows wants before what is longer than MAX_PATH. */
static void makeLoaderPath(DWORD ownLength) {
  DWORD folder = ownLength;
  while (folder > 0 && ownPath[folder - 1] != '\\') folder--;
  DWORD length = 0;
  DWORD from = 0;
  if (ownLength >= MAX_PATH && ownPath[1] == ':') length = append(loaderPath, 0, LONGEST, L"\\\\?\\");
  if (ownLength >= MAX_PATH && ownPath[0] == '\\' && ownPath[1] == '\\' && ownPath[2] != '?') {
    length = append(loaderPath, 0, LONGEST, L"\\\\?\\UNC");
    from = 1; /* \\server\share becomes \\?\UNC\server\share */
  }
  while (from < folder) loaderPath[length++] = ownPath[from++];
  append(loaderPath, length, sizeof loaderPath / sizeof *loaderPath, LOADER);
}

/* What follows argv[0] in this program's command line: argv[0] ends at the first space outside quotation marks, as C runtimes have it. */
static const WCHAR *findArguments(const WCHAR *line) {
  BOOL quoted = 0;
  for (; *line && (quoted || (*line != ' ' && *line != '\t')); line++) {
    if (*line == '"') quoted = !quoted;
  }
  return line;
}

void start(void) {
  DWORD ownLength = GetModuleFileNameW(0, ownPath, LONGEST);
  if (ownLength == 0 || ownLength >= LONGEST) {
    ownPath[0] = 0;
    fail(L"the path of this program cannot be read", GetLastError(), L"install it in a folder with a shorter name");
  }
  makeLoaderPath(ownLength);

  const WCHAR *arguments = findArguments(GetCommandLineW());
  DWORD count = 0;
  while (arguments[count]) count++;
  if (ownLength + 2 + count + 1 > LONGEST) {
    fail(L"the command line is too long", 0, L"Windows allows 32767 characters; use fewer or shorter arguments");
  }
  DWORD length = append(commandLine, 0, LONGEST, L"\"");
  length = append(commandLine, length, LONGEST, ownPath);
  length = append(commandLine, length, LONGEST, L"\"");
  append(commandLine, length, LONGEST, arguments);

  /* Whoever kills this process means the program. What that starts is not in the job: it may outlive it, as children of Node may. */
  job = CreateJobObjectW(0, 0);
  setLimits(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK);
  SetConsoleCtrlHandler(onConsoleEvent, 1);
#ifdef WINDOWLESS
  /* Windows shows its busy pointer until a program started from the desktop looks for messages. */
  static unsigned char windowMessage[64];
  PeekMessageW(windowMessage, 0, 0, 0, 0);
#endif

  /* Standard handles, window state and inherited file descriptors (lpReserved2) go on to the loader. */
  GetStartupInfoW(&startup);
  startup.lpReserved = 0;
  if (!CreateProcessW(loaderPath, commandLine, 0, 0, 1, CREATE_SUSPENDED, 0, 0, &startup, &loader)) {
    fail(LOADER L" beside it cannot be started", GetLastError(), L"install the product again");
  }
  AssignProcessToJobObject(job, loader.hProcess);
  ResumeThread(loader.hThread);
  WaitForSingleObject(loader.hProcess, INFINITE);
  DWORD code = 127;
  GetExitCodeProcess(loader.hProcess, &code);
  ExitProcess(code);
}
