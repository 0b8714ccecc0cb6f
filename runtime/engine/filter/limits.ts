/** Limits beside the rules: a size, attributes of Windows, names that keep a folder out. What is absent keeps nothing out. */
export interface Limits {
  /** `skip-files-larger-than`, in bytes: a file of that size is still wanted. */
  mostBytes?: number | undefined;
  /** `exclude-files-attributes` */
  attributes?: readonly string[] | undefined;
  /** `ignore-filenames`: a folder that holds a file of such a name is not backed up. */
  ignoredNames?: readonly string[] | undefined;
}

export const isTooLarge = (bytes: number, { mostBytes }: Limits) => mostBytes !== undefined && bytes > mostBytes;

/** @param own attributes of an entry by .NET's names, such as `Hidden` */
export const hasExcludedAttribute = (own: readonly string[], { attributes = [] }: Limits) =>
  own.some((attribute) => attributes.includes(attribute));

/** @param files names of the files in a folder */
export const holdsIgnoredName = (files: ReadonlySet<string>, { ignoredNames = [] }: Limits) =>
  ignoredNames.some((name) => files.has(name));
