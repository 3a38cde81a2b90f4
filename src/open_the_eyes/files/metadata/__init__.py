"""What a file says of its picture, read and laid out again: EXIF, XMP, IPTC, thumbnails, the record of an edit."""
