namespace NanoTcp.Primitives;

/// <summary>
/// Indices into the stack's <see cref="CounterSet"/>. Names follow RFC 4293 (IP and ICMP) and RFC 4022 (TCP) where
/// those have one.
/// </summary>
public static class StackCounter
{
    /// <summary>Frames taken from the link device.</summary>
    public const int EthInFrames = 0;

    /// <summary>Frames handed to the link device.</summary>
    public const int EthOutFrames = 1;

    /// <summary>Frames dropped because they were too short or not addressed to this station.</summary>
    public const int EthInDiscards = 2;

    /// <summary>Frames of an unknown EtherType.</summary>
    public const int EthInUnknownTypes = 3;

    /// <summary>ARP packets received.</summary>
    public const int ArpInPackets = 4;

    /// <summary>ARP packets that were malformed or named impossible addresses.</summary>
    public const int ArpInErrors = 5;

    /// <summary>ARP requests sent, announcements and refreshes included.</summary>
    public const int ArpOutRequests = 6;

    /// <summary>ARP replies sent.</summary>
    public const int ArpOutReplies = 7;

    /// <summary>Resolutions given up because nobody answered.</summary>
    public const int ArpFailures = 8;

    /// <summary>Packets that waited for a resolution and were replaced by a newer one or given up with it.</summary>
    public const int ArpQueueDrops = 9;

    /// <summary>ARP packets of another station that claimed this station's IPv4 address.</summary>
    public const int ArpConflicts = 10;

    /// <summary>IPv4 packets received (ipIfStatsInReceives).</summary>
    public const int IpInReceives = 11;

    /// <summary>Packets with a wrong version, length or header checksum (ipIfStatsInHdrErrors).</summary>
    public const int IpInHdrErrors = 12;

    /// <summary>Packets for another host, or from an impossible source (ipIfStatsInAddrErrors).</summary>
    public const int IpInAddrErrors = 13;

    /// <summary>Packets of a protocol that nobody here speaks (ipIfStatsInUnknownProtos).</summary>
    public const int IpInUnknownProtos = 14;

    /// <summary>Datagrams given up of which fragments had come, and fragments dropped alone (ipIfStatsReasmFails).</summary>
    public const int IpReasmFails = 15;

    /// <summary>Packets sent (ipIfStatsOutRequests).</summary>
    public const int IpOutRequests = 16;

    /// <summary>Packets without a route or with a next hop that does not answer (ipIfStatsOutNoRoutes).</summary>
    public const int IpOutNoRoutes = 17;

    /// <summary>Packets dropped for want of a place to keep them (ipIfStatsOutDiscards).</summary>
    public const int IpOutDiscards = 18;

    /// <summary>ICMP messages received (icmpStatsInMsgs).</summary>
    public const int IcmpInMsgs = 19;

    /// <summary>ICMP messages with a wrong length or checksum (icmpStatsInErrors).</summary>
    public const int IcmpInErrors = 20;

    /// <summary>Echo requests answered.</summary>
    public const int IcmpOutEchoReplies = 21;

    /// <summary>Destination-unreachable messages that concerned one of the connections and sockets here, those about the packet size excluded.</summary>
    public const int IcmpInDestUnreachs = 22;

    /// <summary>Connections opened by this side (RFC 4022 tcpActiveOpens).</summary>
    public const int TcpActiveOpens = 23;

    /// <summary>Connections opened by peers (RFC 4022 tcpPassiveOpens).</summary>
    public const int TcpPassiveOpens = 24;

    /// <summary>Openings that failed (RFC 4022 tcpAttemptFails).</summary>
    public const int TcpAttemptFails = 25;

    /// <summary>Open connections that were reset (RFC 4022 tcpEstabResets).</summary>
    public const int TcpEstabResets = 26;

    /// <summary>Segments received, bad ones included (RFC 4022 tcpInSegs).</summary>
    public const int TcpInSegs = 27;

    /// <summary>Segments sent, retransmissions excluded (RFC 4022 tcpOutSegs).</summary>
    public const int TcpOutSegs = 28;

    /// <summary>Segments retransmitted (RFC 4022 tcpRetransSegs).</summary>
    public const int TcpRetransSegs = 29;

    /// <summary>Segments with a wrong length or checksum (RFC 4022 tcpInErrs).</summary>
    public const int TcpInErrs = 30;

    /// <summary>Resets sent (RFC 4022 tcpOutRsts).</summary>
    public const int TcpOutRsts = 31;

    /// <summary>Segments that arrived ahead of a hole.</summary>
    public const int TcpInOutOfOrder = 32;

    /// <summary>Out-of-order segments dropped because the connection could not note another gap.</summary>
    public const int TcpGapDrops = 33;

    /// <summary>Retransmission timeouts (RFC 4898 tcpEStatsPerfTimeouts).</summary>
    public const int TcpTimeouts = 34;

    /// <summary>Losses repaired by fast retransmit (RFC 4898 tcpEStatsStackFastRetran).</summary>
    public const int TcpFastRetransmits = 35;

    /// <summary>Probes into a closed window (RFC 9293 3.8.6.1).</summary>
    public const int TcpZeroWindowProbes = 36;

    /// <summary>Connections given up because the peer no longer answered what was sent: R2, the user timeout (RFC 9293 3.8.3).</summary>
    public const int TcpGiveUps = 37;

    /// <summary>Challenge ACKs sent (RFC 5961).</summary>
    public const int TcpChallengeAcks = 38;

    /// <summary>Connection requests dropped because the table of half-open connections was full.</summary>
    public const int TcpHalfOpenDrops = 39;

    /// <summary>Idle connections taken away for a new client.</summary>
    public const int TcpEvictions = 40;

    /// <summary>Closed connections forgotten before their TIME-WAIT was over, because the table was full.</summary>
    public const int TcpTimeWaitDrops = 41;

    /// <summary>Segments left of the receive window: old duplicates (RFC 4898 tcpEStatsStackSoftErrors, belowDataWindow).</summary>
    public const int TcpInBelowWindow = 42;

    /// <summary>Segments beyond the receive window (aboveDataWindow).</summary>
    public const int TcpInAboveWindow = 43;

    /// <summary>Acknowledgments older than any that can be under way (belowAckWindow).</summary>
    public const int TcpInBelowAck = 44;

    /// <summary>Acknowledgments of what was never sent (aboveAckWindow).</summary>
    public const int TcpInAboveAck = 45;

    /// <summary>Resets that were not believed: not exactly at RCV.NXT (RFC 5961 3.2), or in TIME-WAIT (RFC 1337).</summary>
    public const int TcpInBadRsts = 46;

    /// <summary>SYNs within an open connection, answered with a challenge (RFC 5961 4.2).</summary>
    public const int TcpInSynChallenges = 47;

    /// <summary>Segments with neither the ACK, SYN or RST that their connection waits for.</summary>
    public const int TcpInUnexpected = 48;

    /// <summary>Segments with data or FIN after the peer's FIN.</summary>
    public const int TcpInAfterFin = 49;

    /// <summary>Duplicate acknowledgments (RFC 4898 tcpEStatsStackDupAcksIn).</summary>
    public const int TcpInDupAcks = 50;

    /// <summary>Challenge ACKs that were not sent because the connection had sent its share (RFC 5961 7).</summary>
    public const int TcpChallengeAcksLimited = 51;

    /// <summary>ICMP errors that no segment under way can have caused (RFC 5927 4.1), or that concern nobody here.</summary>
    public const int IcmpInIgnored = 52;

    /// <summary>Times that a connection made its segments smaller because the path is narrow (RFC 1191).</summary>
    public const int TcpPathMtuReductions = 53;

    /// <summary>Segments received that a router had marked, on connections that use ECN (RFC 4898 tcpEStatsPathCERcvd).</summary>
    public const int TcpCeRcvd = 54;

    /// <summary>Reductions of the congestion window because the peer has echoed a mark (RFC 4898 tcpEStatsPathECNsignals).</summary>
    public const int TcpEcnSignals = 55;

    /// <summary>Keep-alive probes sent (RFC 9293 3.8.4).</summary>
    public const int TcpKeepAliveProbes = 56;

    /// <summary>Connections ended because no keep-alive probe was answered.</summary>
    public const int TcpKeepAliveTimeouts = 57;

    /// <summary>Connections ended because no data had moved for as long as their idle timeout allows.</summary>
    public const int TcpIdleTimeouts = 58;

    /// <summary>Connections given back by their owners that could not deliver what was left in time.</summary>
    public const int TcpCloseTimeouts = 59;

    /// <summary>Connection requests answered by a SYN cookie, because all half-open records were taken (RFC 4987 3.6).</summary>
    public const int TcpSynCookiesSent = 60;

    /// <summary>Handshakes finished by a SYN cookie.</summary>
    public const int TcpSynCookiesAccepted = 61;

    /// <summary>Acknowledgments looked at for a SYN cookie that held none.</summary>
    public const int TcpSynCookiesRejected = 62;

    /// <summary>Segments to a listener with SYN and FIN.</summary>
    public const int TcpInSynFins = 63;

    /// <summary>Segments to a listener without any control bit.</summary>
    public const int TcpInNulls = 64;

    /// <summary>Segments to a listener with FIN, URG and PSH, and without ACK.</summary>
    public const int TcpInXmas = 65;

    /// <summary>Packets that name this host as their own source (land attack).</summary>
    public const int IpInLand = 66;

    /// <summary>Connections given back, with data that a silent peer did not acknowledge, ended for a new client.</summary>
    public const int TcpOrphanEvictions = 67;

    /// <summary>Datagrams given to a socket or a service (RFC 4113 udpInDatagrams).</summary>
    public const int UdpInDatagrams = 68;

    /// <summary>Datagrams to a port that nobody has (RFC 4113 udpNoPorts).</summary>
    public const int UdpNoPorts = 69;

    /// <summary>Datagrams with a wrong length or checksum (RFC 4113 udpInErrors).</summary>
    public const int UdpInErrors = 70;

    /// <summary>Datagrams sent (RFC 4113 udpOutDatagrams).</summary>
    public const int UdpOutDatagrams = 71;

    /// <summary>Datagrams that a socket had no room for (Linux: RcvbufErrors).</summary>
    public const int UdpInDrops = 72;

    /// <summary>Datagrams of sockets that could not leave: no route, or a neighbour that does not answer.</summary>
    public const int UdpOutDrops = 73;

    /// <summary>ICMP errors sent: unreachable ports and protocols, and what could not be put together in time.</summary>
    public const int IcmpOutErrors = 74;

    /// <summary>ICMP errors not sent because there were too many of them (RFC 1812 4.3.2.8).</summary>
    public const int IcmpOutLimited = 75;

    /// <summary>Times that a connection made its segments smaller because large ones vanish without a word (RFC 2923 2.1).</summary>
    public const int TcpBlackHoles = 76;

    /// <summary>Fragments received that were to be reassembled (ipIfStatsReasmReqds).</summary>
    public const int IpReasmReqds = 77;

    /// <summary>Datagrams reassembled (ipIfStatsReasmOKs).</summary>
    public const int IpReasmOks = 78;

    /// <summary>Fragments that overlapped or contradicted others of their datagram, exact repetitions included.</summary>
    public const int IpReasmOverlaps = 79;

    internal const string Names =
        "eth_in_frames "
        + "eth_out_frames "
        + "eth_in_discards "
        + "eth_in_unknown_types "
        + "arp_in_packets "
        + "arp_in_errors "
        + "arp_out_requests "
        + "arp_out_replies "
        + "arp_failures "
        + "arp_queue_drops "
        + "arp_conflicts "
        + "ip_in_receives "
        + "ip_in_hdr_errors "
        + "ip_in_addr_errors "
        + "ip_in_unknown_protos "
        + "ip_reasm_fails "
        + "ip_out_requests "
        + "ip_out_no_routes "
        + "ip_out_discards "
        + "icmp_in_msgs "
        + "icmp_in_errors "
        + "icmp_out_echo_replies "
        + "icmp_in_dest_unreachs "
        + "tcp_active_opens "
        + "tcp_passive_opens "
        + "tcp_attempt_fails "
        + "tcp_estab_resets "
        + "tcp_in_segs "
        + "tcp_out_segs "
        + "tcp_retrans_segs "
        + "tcp_in_errs "
        + "tcp_out_rsts "
        + "tcp_in_out_of_order "
        + "tcp_gap_drops "
        + "tcp_timeouts "
        + "tcp_fast_retransmits "
        + "tcp_zero_window_probes "
        + "tcp_give_ups "
        + "tcp_challenge_acks "
        + "tcp_half_open_drops "
        + "tcp_evictions "
        + "tcp_time_wait_drops "
        + "tcp_in_below_window "
        + "tcp_in_above_window "
        + "tcp_in_below_ack "
        + "tcp_in_above_ack "
        + "tcp_in_bad_rsts "
        + "tcp_in_syn_challenges "
        + "tcp_in_unexpected "
        + "tcp_in_after_fin "
        + "tcp_in_dup_acks "
        + "tcp_challenge_acks_limited "
        + "icmp_in_ignored "
        + "tcp_path_mtu_reductions "
        + "tcp_ce_rcvd "
        + "tcp_ecn_signals "
        + "tcp_keep_alive_probes "
        + "tcp_keep_alive_timeouts "
        + "tcp_idle_timeouts "
        + "tcp_close_timeouts "
        + "tcp_syn_cookies_sent "
        + "tcp_syn_cookies_accepted "
        + "tcp_syn_cookies_rejected "
        + "tcp_in_syn_fins "
        + "tcp_in_nulls "
        + "tcp_in_xmas "
        + "ip_in_land "
        + "tcp_orphan_evictions "
        + "udp_in_datagrams "
        + "udp_no_ports "
        + "udp_in_errors "
        + "udp_out_datagrams "
        + "udp_in_drops "
        + "udp_out_drops "
        + "icmp_out_errors "
        + "icmp_out_limited "
        + "tcp_black_holes "
        + "ip_reasm_reqds "
        + "ip_reasm_oks "
        + "ip_reasm_overlaps";
}
