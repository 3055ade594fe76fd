/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Getting at what a source of periodic imports has, and that no two imports run at once. */
#ifndef GATEWAY_IMPORT_STAGE_H
#define GATEWAY_IMPORT_STAGE_H

#include "gateway/options_import.h"

/*
 * The file or folder to load: the source's own, or what was fetched into `work`. A folder with
 * a manifest is checked by whoever reads it; of another one the newest file is taken, and that,
 * as any single file, must have its digest beside it (FILE.sha256) unless the source says not.
 * Errors: FILE_UNREADABLE, FILE_UNWRITABLE, FETCH_FAILED, SOURCE_INVALID.
 */
MUST_USE bool import_stage(const struct import_source *s, const char *work, struct arena *a,
			   const char **path, struct err *e);

/*
 * Held until the process ends or import_unlock. Errors: IMPORT_BUSY (another load or import of
 * the authority runs), FILE_UNWRITABLE.
 */
MUST_USE bool import_lock(const char *database, struct str cvr, int *lock, struct err *e);
void import_unlock(int lock);

#endif
