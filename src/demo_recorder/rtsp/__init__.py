"""RTSP (RFC 2326) over TCP with interleaved RTP: live view and ONVIF replay."""
