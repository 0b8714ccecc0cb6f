/* A deferred action for what the tables of an installation cannot say about a service, or say in a way that fails on some systems. */
#include "action.h"

/* advapi32.dll */
IMPORT HANDLE OpenSCManagerW(const WCHAR *machine, const WCHAR *database, DWORD access);
IMPORT HANDLE OpenServiceW(HANDLE manager, const WCHAR *name, DWORD access);
IMPORT BOOL ChangeServiceConfigW(HANDLE service, DWORD type, DWORD start, DWORD errorControl, const WCHAR *path, const WCHAR *group,
                                 DWORD *tag, const WCHAR *dependencies, const WCHAR *account, const WCHAR *password, const WCHAR *title);
IMPORT BOOL QueryServiceConfigW(HANDLE service, void *configuration, DWORD size, DWORD *needed);
IMPORT BOOL ChangeServiceConfig2W(HANDLE service, DWORD level, void *information);
IMPORT BOOL CloseServiceHandle(HANDLE object);

/* kernel32.dll */
IMPORT DWORD GetFileAttributesW(const WCHAR *path);
#define FILE_ATTRIBUTE_DIRECTORY 0x10 /* INVALID_FILE_ATTRIBUTES has this bit too */

#define SC_MANAGER_CONNECT 1
#define SERVICE_QUERY_CONFIG 1
#define SERVICE_CHANGE_CONFIG 2
#define SERVICE_START 0x10 /* wanted by Windows before it lets the action "restart" be set */
#define SERVICE_CONFIG_DESCRIPTION 1
#define SERVICE_CONFIG_FAILURE_ACTIONS 2
#define SERVICE_CONFIG_DELAYED_AUTO_START_INFO 3
#define SERVICE_CONFIG_FAILURE_ACTIONS_FLAG 4
#define SERVICE_CONFIG_SERVICE_SID_INFO 5
#define SERVICE_CONFIG_PRESHUTDOWN_INFO 7
#define SERVICE_SID_TYPE_UNRESTRICTED 1
#define SERVICE_NO_CHANGE 0xffffffff
#define SERVICE_AUTO_START 2
#define SERVICE_DEMAND_START 3
#define SC_ACTION_RESTART 1

typedef struct {
  DWORD Type, Delay; /* milliseconds */
} SC_ACTION;

typedef struct {
  DWORD dwResetPeriod; /* seconds */
  const WCHAR *lpRebootMsg, *lpCommand;
  DWORD cActions;
  SC_ACTION *lpsaActions;
} SERVICE_FAILURE_ACTIONSW;

typedef struct {
  DWORD dwServiceType, dwStartType, dwErrorControl;
  WCHAR *lpBinaryPathName;
  void *others[5];
} QUERY_SERVICE_CONFIGW;
#define LARGEST_CONFIGURATION 8192 /* bytes; no service has more */

#define MOST_RESTARTS 8

/* What the data of ConfigureService says. */
typedef struct {
  SC_ACTION restarts[MOST_RESTARTS];
  DWORD restartCount, resetSeconds, delayed, preshutdownSeconds;
  WCHAR *description;
} Settings;

/* A setting that this Windows does not take is noted in the log: the service works without it. */
static void change(MSIHANDLE session, HANDLE service, const WCHAR *name, DWORD level, const WCHAR *what, void *information) {
  if (ChangeServiceConfig2W(service, level, information)) return;
  reportNote(session, L"The service \"[1]\" cannot be given its [2] (Windows error [3]).", name, what, GetLastError());
}

/* The length of the file's path at the start of a command line without quotes: up to the first `.exe` that is a file; 0 when there is none. */
static DWORD programLength(WCHAR *line) {
  for (DWORD end = 4; line[end - 4] && line[end - 3] && line[end - 2] && line[end - 1]; end++) {
    WCHAR after = line[end];
    if (line[end - 4] != '.' || (line[end - 3] | 32) != 'e' || (line[end - 2] | 32) != 'x' || (line[end - 1] | 32) != 'e') continue;
    if (after && after != ' ') continue;
    line[end] = 0;
    DWORD attributes = GetFileAttributesW(line);
    line[end] = after;
    if (!(attributes & FILE_ATTRIBUTE_DIRECTORY)) return end;
  }
  return 0;
}

/*
 * The service's command line with its program quoted, in memory of this function; 0 when it needs no quotes. Without them
 * `C:\Program Files\A B\x.exe` could start `C:\Program.exe` or `C:\Program Files\A.exe`; not every installer sets them.
 */
static const WCHAR *quoteProgram(HANDLE service) {
  static void *configuration[LARGEST_CONFIGURATION / sizeof(void *)];
  static WCHAR quoted[LARGEST_CONFIGURATION / sizeof(WCHAR) + 3];
  DWORD needed;
  if (!QueryServiceConfigW(service, configuration, sizeof configuration, &needed)) return 0;
  WCHAR *line = ((QUERY_SERVICE_CONFIGW *)configuration)->lpBinaryPathName;
  if (!line || *line == '"') return 0;
  DWORD length = programLength(line);
  BOOL hasBlank = 0;
  for (DWORD i = 0; i < length; i++) hasBlank |= line[i] == ' ';
  if (!hasBlank) return 0;
  DWORD at = 0;
  quoted[at++] = '"';
  for (DWORD i = 0; i < length; i++) quoted[at++] = line[i];
  quoted[at++] = '"';
  for (DWORD i = length; line[i]; i++) quoted[at++] = line[i];
  quoted[at] = 0;
  return quoted;
}

static void applySettings(MSIHANDLE session, HANDLE service, const WCHAR *name, Settings *settings) {
  if (*settings->description) {
    change(session, service, name, SERVICE_CONFIG_DESCRIPTION, L"description", &settings->description);
  }
  if (settings->restartCount > 0) {
    SERVICE_FAILURE_ACTIONSW actions;
    actions.dwResetPeriod = settings->resetSeconds;
    actions.lpRebootMsg = 0;
    actions.lpCommand = 0;
    actions.cActions = settings->restartCount;
    actions.lpsaActions = settings->restarts;
    change(session, service, name, SERVICE_CONFIG_FAILURE_ACTIONS, L"recovery actions", &actions);
    BOOL alsoWithoutCrash = 1; /* a stop with an exit code other than zero counts as a failure */
    change(session, service, name, SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, L"recovery flag", &alsoWithoutCrash);
  }
  BOOL delayed = settings->delayed != 0;
  DWORD start = delayed ? SERVICE_AUTO_START : SERVICE_DEMAND_START;
  if (!ChangeServiceConfigW(service, SERVICE_NO_CHANGE, start, SERVICE_NO_CHANGE, quoteProgram(service), 0, 0, 0, 0, 0, 0)) {
    reportNote(session, L"The service \"[1]\" cannot be given its [2] (Windows error [3]).", name, L"start type and command line", GetLastError());
  }
  if (delayed) change(session, service, name, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, L"delayed start", &delayed);
  DWORD sidType = SERVICE_SID_TYPE_UNRESTRICTED;
  change(session, service, name, SERVICE_CONFIG_SERVICE_SID_INFO, L"SID type", &sidType);
  DWORD preshutdown = settings->preshutdownSeconds * 1000;
  if (preshutdown) change(session, service, name, SERVICE_CONFIG_PRESHUTDOWN_INFO, L"pre-shutdown time", &preshutdown);
}

/* `RESTARTS|RESET|DELAYED|PRESHUTDOWN|DESCRIPTION`; FALSE when it has another shape. */
static BOOL readSettings(WCHAR *text, Settings *settings) {
  WCHAR *reset = cutField(text);
  WCHAR *delayed = reset ? cutField(reset) : 0;
  WCHAR *preshutdown = delayed ? cutField(delayed) : 0;
  settings->description = preshutdown ? cutField(preshutdown) : 0;
  if (!settings->description) return 0;
  settings->restartCount = 0;
  for (const WCHAR *at = text; *at;) {
    DWORD seconds = readNumber(&at, ',');
    if (seconds == 0xffffffff || settings->restartCount == MOST_RESTARTS) return 0;
    SC_ACTION *restart = &settings->restarts[settings->restartCount++];
    restart->Type = SC_ACTION_RESTART;
    restart->Delay = seconds * 1000;
  }
  const WCHAR *number = reset;
  settings->resetSeconds = readNumber(&number, 0);
  number = delayed;
  settings->delayed = readNumber(&number, 0);
  number = preshutdown;
  settings->preshutdownSeconds = readNumber(&number, 0);
  return settings->resetSeconds != 0xffffffff && settings->delayed <= 1 && settings->preshutdownSeconds != 0xffffffff;
}

/*
 * ConfigureService: data `SERVICE|RESTARTS|RESET|DELAYED|PRESHUTDOWN|DESCRIPTION`, such as `Thing|10,60,300|86400|1|60|Keeps things.`
 * RESTARTS: seconds before each restart after a failure, none when empty; RESET: seconds after which failures are forgotten; DELAYED: 1 for
 * the delayed automatic start, 0 for a start on demand; PRESHUTDOWN: seconds for the end at a shutdown, 0 for Windows' own. It also gives the service a SID,
 * and quotes the path of its program.
 */
ACTION ConfigureService(MSIHANDLE session) {
  static Settings settings;
  WCHAR *name = readProperty(session, L"CustomActionData");
  WCHAR *rest = name ? cutField(name) : 0;
  if (!rest || !readSettings(rest, &settings)) {
    discard(name);
    return reportError(session, L"The data of ConfigureService is not SERVICE|RESTARTS|RESET|DELAYED|PRESHUTDOWN|DESCRIPTION.",
                       L"", L"", 0);
  }
  UINT answer = ERROR_SUCCESS;
  HANDLE manager = OpenSCManagerW(0, 0, SC_MANAGER_CONNECT);
  HANDLE service = manager ? OpenServiceW(manager, name, SERVICE_QUERY_CONFIG | SERVICE_CHANGE_CONFIG | SERVICE_START) : 0;
  if (service) {
    applySettings(session, service, name, &settings);
    CloseServiceHandle(service);
  } else {
    answer = reportError(session, L"The service \"[1]\" cannot be configured (Windows error [3]).", name, L"", GetLastError());
  }
  if (manager) CloseServiceHandle(manager);
  discard(name);
  return answer;
}
