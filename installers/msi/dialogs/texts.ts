/**
 * Everything that the dialogs say, in English. `[ProductName]` and other properties are filled in by Windows Installer; `&` in front of a
 * letter makes it the key that leads to a button or field. The installer's own words are in `installer-texts.ts`.
 */
export const WINDOW_TITLE = '[ProductName] Setup';

export const BUTTONS = {
  back: '&Back',
  next: '&Next',
  cancel: 'Cancel',
  finish: '&Finish',
  install: '&Install',
  change: '&Change',
  repair: '&Repair',
  remove: 'Re&move',
  resume: '&Resume',
  yes: '&Yes',
  no: '&No',
  ok: 'OK',
  retry: '&Retry',
  ignore: '&Ignore',
  abort: '&Abort',
  exit: 'E&xit',
} as const;

/** What setup is doing, and what the product is when it has done it. */
export const DEEDS = {
  install: { doing: 'Installing', done: 'installed' },
  change: { doing: 'Changing', done: 'changed' },
  repair: { doing: 'Repairing', done: 'repaired' },
  remove: { doing: 'Removing', done: 'removed' },
  resume: { doing: 'Setting up', done: 'set up' },
  copy: { doing: 'Copying', done: 'copied' },
} as const;

export const PREPARE = {
  heading: 'Preparing the setup of [ProductName]',
  body: 'Please wait while setup looks at this computer.',
};

export const WELCOME = {
  heading: 'Welcome to the setup of [ProductName]',
  body: 'Setup will install [ProductName] [ProductVersion] on this computer, for everybody who uses it.\r\n\r\nNext goes on, Cancel leaves everything as it is.',
  update:
    'Setup will bring [ProductName] on this computer to version [ProductVersion]. Its data, its settings and the features you chose stay.\r\n\r\nNext goes on, Cancel leaves everything as it is.',
};

export const RESUME = {
  heading: 'Going on with the setup of [ProductName]',
  body: 'Setup will finish what was begun before, or what the command line asks for.',
};

export const LICENCE = {
  title: 'Licence',
  note: 'Please read these terms.',
  accept: 'I &accept these terms',
};

export const FOLDER = {
  title: 'Folder',
  note: 'Where the programs are installed.',
  body: 'Setup will put [ProductName] into this folder. It is made if it is not there.',
  label: '&Folder:',
  browse: 'B&rowse...',
  space: '&Disk space...',
};

export const BROWSE = {
  title: 'Browse',
  note: 'Choose a folder.',
  look: '&Look in:',
  up: '&Up',
  upHelp: 'To the folder above|',
  create: '&New folder',
  createHelp: 'Makes a folder here|',
  list: 'Folders',
  path: '&Folder:',
};

export const FEATURES = {
  title: 'Features',
  note: 'What is installed beside the programs.',
  body: 'Choose what you want. Setup can change it later at any time.',
  space: '&Disk space...',
};

export const DISK_COST = {
  title: 'Disk space',
  note: 'What the chosen features need.',
  body: 'A disk that is marked has not enough space. Choose fewer features, another folder, or free some space there.',
  list: 'Disks, with the space that is needed and free',
};

export const OUT_OF_DISK = {
  title: 'Not enough disk space',
  note: '[ProductName] does not fit.',
  body: 'The marked disks have not enough space for the chosen features. Free some space, or go back and choose fewer features or another folder.',
};

export const PASSWORD = {
  title: 'Password',
  note: 'Keeps others out of [ProductName].',
  password: '&Password:',
  repeat: '&Repeat it:',
  generate: '&Generate',
  generateHelp: 'Makes a strong password and shows it|',
  body: 'Generate makes a strong password and shows it to you once.',
  none: 'Without a password, leave both fields empty: [ProductName] then stays unclaimed. It does nothing for anybody until somebody with administrator rights on this computer claims it.',
  mismatch: 'The two passwords are not the same. Please type the password again in both fields.',
};

export const GENERATED = {
  title: 'Your new password',
  note: 'It is shown here, this once.',
  body: 'Copy this password to a safe place now. Setup does not show it again, and nobody can read it from [ProductName] later.',
  label: '&Password:',
  hint: 'Select it and press Ctrl+C to copy it. You may also change it here.',
  failed: 'No password could be generated. Please type one.',
};

export const READY = {
  title: 'Ready to install',
  note: 'Setup knows all it needs.',
  body: 'Choose Install to install [ProductName]. Choose Back to look at your choices again, or Cancel to leave everything as it is.\r\n\r\nWindows may ask for an administrator.',
  folder: 'Folder:',
};

export const READY_TO_CHANGE = {
  title: 'Ready to change',
  note: 'Setup knows all it needs.',
  body: 'Choose Change to install and remove features of [ProductName] as you chose. Choose Back to look at them again, or Cancel to leave everything as it is.\r\n\r\nWindows may ask for an administrator.',
};

export const WAITING = 'Please wait while setup works out how much disk space is needed.';

export const PROGRESS = {
  title: '[SetupDoing] [ProductName]',
  note: 'This can take some minutes.',
  body: 'Please wait while setup works.',
  status: 'Status:',
};

export const FINISH = {
  heading: '[ProductName] has been [SetupDone]',
  body: 'Choose Finish to leave setup.',
  start: '&Start [ProductName] now',
};

export const USER_EXIT = {
  heading: 'Setup was cancelled',
  body: 'Setup of [ProductName] has ended before it was done. This computer is as it was before; you can run setup again at any time.\r\n\r\nChoose Finish to leave setup.',
};

export const FATAL_ERROR = {
  heading: 'Setup could not finish',
  body: '[ProductName] has not been [SetupDone], because of an error. What setup had changed has been put back.\r\n\r\nTo find out more, run setup with a log:\r\nmsiexec /i PACKAGE.msi /l*v setup.log\r\n\r\nChoose Finish to leave setup.',
};

export const MAINTENANCE = {
  title: 'Change, repair or remove',
  note: '[ProductName] is installed already.',
  change: 'Choose other features. What you take is installed, what you leave out is removed.',
  repair: 'Put missing and damaged files, shortcuts, settings of the system and services right.',
  remove: 'Take [ProductName] off this computer. Data that it keeps for you stays.',
};

export const REPAIR = {
  title: 'Ready to repair',
  note: 'Files, shortcuts and services are put right.',
  body: 'Choose Repair to install the files of [ProductName] again. Your data and settings stay as they are.\r\n\r\nWindows may ask for an administrator.',
};

export const REMOVE = {
  title: 'Ready to remove',
  note: '[ProductName] is taken off this computer.',
  body: 'Choose Remove to take [ProductName] off this computer. Data that it keeps for you stays, so that you can install it again later.\r\n\r\nWindows may ask for an administrator.',
};

export const CANCEL = 'Do you want to cancel the setup of [ProductName]?';

export const FILES_IN_USE = {
  title: 'Files in use',
  note: 'Some files that setup has to replace are in use.',
  body: 'These applications use files that setup has to replace. Close them and choose Retry. If you choose Ignore, the computer may have to be restarted afterwards.',
  list: 'Applications that use files',
};

export const APPLICATIONS_IN_USE = {
  title: 'Files in use',
  note: 'Some files that setup has to replace are in use.',
  body: 'These applications use files that setup has to replace:',
  list: 'Applications that use files',
  choices: 'What to do with these applications',
  close: '&Close them, and start them again afterwards',
  leave: '&Leave them open (the computer may have to be restarted)',
};

export const ADMIN = {
  title: 'Network folder',
  note: 'Lays [ProductName] out for others to install it from.',
  body: 'Setup will copy the files of [ProductName] to this folder, for other computers to install it from. Nothing is installed on this one.',
  label: '&Folder:',
  browse: 'B&rowse...',
};
