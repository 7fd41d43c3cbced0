/* SPDX-License-Identifier: GPL-2.0-only */
/* The errno values that cross the EL1/EL2 boundary: Linux's numbers (uapi/asm-generic/errno*.h). */
#ifndef HYP_ERRNO_H
#define HYP_ERRNO_H

#define HYP_EPERM		1
#define HYP_ENOENT		2
#define HYP_EIO			5
#define HYP_ENOMEM		12
#define HYP_EFAULT		14
#define HYP_EBUSY		16
#define HYP_EEXIST		17
#define HYP_EINVAL		22
#define HYP_ENOSPC		28
#define HYP_ERANGE		34
#define HYP_ENODATA		61
#define HYP_EOVERFLOW		75
#define HYP_EOPNOTSUPP		95
#define HYP_ESHUTDOWN		108

#endif
