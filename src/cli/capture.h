/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets of a capture file, read by libpcap: pcap and pcapng.
 *
 * Programs are written for Ethernet, so captures of other link types get an Ethernet header: Linux "cooked" captures
 * (tcpdump -i any) one of what they tell, raw IP and BSD loopback one with zero addresses. Other link types are
 * refused.
 */
#ifndef SKEP_CLI_CAPTURE_H
#define SKEP_CLI_CAPTURE_H

#include "events/packet.h"

/*
 * path "-": stdin. -EINVAL after it reported what is wrong with the file. The source's next() reports a broken packet
 * itself before it returns -EBADMSG. Bytes that were not captured read as zero.
 */
int capture_open(const char *path, struct packet_source **ret_source);

#endif
