/** What a person should know about a folder before using it. @module */

/** The files of a folder that are not among its labelled images. */
export interface IgnoredFiles {
  /** Files that are not images by their names. */
  readonly others: number;
  /** Images that lie outside the folder's layout. */
  readonly misplaced: number;
}

/** One sentence for each thing that is likely to be a mistake. */
export function folderWarnings({ others, misplaced }: IgnoredFiles): string[] {
  const warnings: string[] = [];
  if (misplaced > 0) {
    warnings.push(`Images outside the items' folders, ignored: ${misplaced}.`);
  }
  if (others > 0) {
    warnings.push(
      `Files that are not images by their names, ignored: ${others}.`,
    );
  }
  return warnings;
}
