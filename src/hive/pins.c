/* SPDX-License-Identifier: BSD-2-Clause */
#include "hive/pins.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* One name. The list of a hive is in no order: hives have few. */
struct pin {
	struct pin *next;
	struct object *object; /* NULL: a directory */
	uint64_t inode;
	char path[]; /* below the root, without slashes at its ends */
};

bool pins_own(const char *path)
{
	size_t length = strlen(PINS_ROOT);

	return !strncmp(path, PINS_ROOT, length) && (!path[length] || path[length] == '/');
}

/* The path below the root, without empty components; "" is the root. -EPERM, -ENAMETOOLONG. */
static int normalize(const char *path, char to[PATH_MAX])
{
	size_t length = 0;

	if (!pins_own(path))
		return -EPERM;
	for (path += strlen(PINS_ROOT); *path; path++) {
		if (path[0] == '/' && (path[1] == '/' || !path[1] || !length))
			continue;
		if (length + 1 >= PATH_MAX)
			return -ENAMETOOLONG;
		to[length++] = *path;
	}
	to[length] = 0;
	return 0;
}

/* Needs the hive's lock. */
static struct pin **find(struct skep_hive *hive, const char *path)
{
	struct pin **link = &hive->pins;

	while (*link && strcmp((*link)->path, path))
		link = &(*link)->next;
	return link;
}

/* Needs the hive's lock. Whether the directory that a name is to be in exists. */
static int check_parent(struct skep_hive *hive, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];

	if (!*path)
		return -EEXIST;
	if (!slash)
		return 0;
	memcpy(parent, path, slash - path);
	parent[slash - path] = 0;
	struct pin *pin = *find(hive, parent);
	if (!pin)
		return -ENOENT;
	return pin->object ? -ENOTDIR : 0;
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int add(struct skep_hive *hive, const char *path, struct object *object)
{
	char name[PATH_MAX];

	int err = normalize(path, name);
	if (err)
		return err;
	struct pin *pin = calloc(1, sizeof(*pin) + strlen(name) + 1);
	if (!pin)
		return -ENOMEM;
	strcpy(pin->path, name);
	pin->object = object;
	pthread_mutex_lock(&hive->lock);
	err = check_parent(hive, name);
	if (!err && *find(hive, name))
		err = -EEXIST;
	/* Names with dots are kept for later. */
	if (!err && strchr(last_component(name), '.'))
		err = -EPERM;
	if (!err) {
		pin->inode = ++hive->last_inode + 1;
		pin->next = hive->pins;
		hive->pins = pin;
	}
	pthread_mutex_unlock(&hive->lock);
	if (err)
		free(pin);
	return err;
}

int pin_add(struct skep_hive *hive, const char *path, struct object *object)
{
	int err = add(hive, path, object_get(object));

	if (err)
		object_put(object);
	return err;
}

int pin_get(struct skep_hive *hive, const char *path, struct object **ret_object)
{
	char name[PATH_MAX];

	int err = normalize(path, name);
	if (err)
		return err == -EPERM ? -EACCES : err;
	pthread_mutex_lock(&hive->lock);
	struct pin *pin = *find(hive, name);
	if (!*name || (pin && !pin->object))
		err = -EACCES;
	else if (!pin)
		err = -ENOENT;
	else
		pin->object->references++;
	pthread_mutex_unlock(&hive->lock);
	if (!err)
		*ret_object = pin->object;
	return err;
}

int pin_mkdir(struct skep_hive *hive, const char *path)
{
	return add(hive, path, NULL);
}

/* Needs the hive's lock. */
static bool has_children(struct skep_hive *hive, const char *path)
{
	size_t length = strlen(path);

	for (struct pin *pin = hive->pins; pin; pin = pin->next) {
		if (!strncmp(pin->path, path, length) && pin->path[length] == '/')
			return true;
	}
	return false;
}

static int take_away(struct skep_hive *hive, const char *path, bool directory)
{
	struct object *object = NULL;
	char name[PATH_MAX];

	int err = normalize(path, name);
	if (err)
		return err;
	pthread_mutex_lock(&hive->lock);
	struct pin **link = find(hive, name);
	struct pin *pin = *link;
	if (!*name)
		err = directory ? -EBUSY : -EISDIR;
	else if (!pin)
		err = -ENOENT;
	else if (!pin->object != directory)
		err = directory ? -ENOTDIR : -EISDIR;
	else if (directory && has_children(hive, name))
		err = -ENOTEMPTY;
	if (!err) {
		*link = pin->next;
		object = pin->object;
		free(pin);
	}
	pthread_mutex_unlock(&hive->lock);
	if (object)
		object_put(object);
	return err;
}

int pin_unlink(struct skep_hive *hive, const char *path)
{
	return take_away(hive, path, false);
}

int pin_rmdir(struct skep_hive *hive, const char *path)
{
	return take_away(hive, path, true);
}

/* Only names of objects move: nothing is known that moves directories of pins. */
int pin_rename(struct skep_hive *hive, const char *from, const char *to)
{
	struct object *object;

	int err = pin_get(hive, from, &object);
	if (err)
		return err;
	err = pin_unlink(hive, to);
	if (!err || err == -ENOENT)
		err = pin_add(hive, to, object);
	if (!err)
		pin_unlink(hive, from);
	object_put(object);
	return err;
}

int pin_stat(struct skep_hive *hive, const char *path, bool *ret_directory, uint64_t *ret_inode)
{
	char name[PATH_MAX];

	int err = normalize(path, name);
	if (err)
		return err;
	pthread_mutex_lock(&hive->lock);
	struct pin *pin = *find(hive, name);
	*ret_directory = !pin || !pin->object;
	*ret_inode = pin ? pin->inode : 1;
	pthread_mutex_unlock(&hive->lock);
	return pin || !*name ? 0 : -ENOENT;
}

void pins_free(struct skep_hive *hive)
{
	while (hive->pins) {
		struct pin *pin = hive->pins;

		hive->pins = pin->next;
		if (pin->object)
			object_put(pin->object);
		free(pin);
	}
}
