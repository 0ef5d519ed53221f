"""A home for a browser in which an authority is trusted, as its user's own choice would have it: the NSS database that
Chromium reads, written by the library Chromium itself needs, since `certutil` is seldom there."""

import ctypes
from pathlib import Path

_TRUSTED_CA = 0x08 | 0x10 | 0x80  # CERTDB_VALID_CA, CERTDB_TRUSTED_CA, CERTDB_TRUSTED_CLIENT_CA


class _Item(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_int), ("data", ctypes.c_char_p), ("length", ctypes.c_uint))


class _Trust(ctypes.Structure):
    _fields_ = (("ssl", ctypes.c_uint), ("email", ctypes.c_uint), ("code", ctypes.c_uint))


def trusting_home(home: Path, der: bytes) -> Path:
    """`home`, where a Chromium started with `HOME` set to it trusts the authority of `der`."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    nss = ctypes.CDLL("libnss3.so")
    for name in ("PK11_GetInternalKeySlot", "CERT_GetDefaultCertDB", "CERT_NewTempCertificate"):
        getattr(nss, name).restype = ctypes.c_void_p
    _done(nss.NSS_InitReadWrite(f"sql:{store}".encode()))
    slot, known = ctypes.c_void_p(nss.PK11_GetInternalKeySlot()), ctypes.c_void_p(nss.CERT_GetDefaultCertDB())
    item, trust = _Item(0, der, len(der)), _Trust(_TRUSTED_CA, 0, 0)
    certificate = ctypes.c_void_p(nss.CERT_NewTempCertificate(known, ctypes.byref(item), None, 0, 1))
    _done(nss.PK11_InitPin(slot, None, b""))
    _done(nss.PK11_ImportCert(slot, certificate, 0, b"Etabli", 0))
    _done(nss.CERT_ChangeCertTrust(known, certificate, ctypes.byref(trust)))
    nss.CERT_DestroyCertificate(certificate)
    nss.PK11_FreeSlot(slot)
    _done(nss.NSS_Shutdown())
    return home


def _done(status: int) -> None:
    if status:
        raise OSError("the browser's store of authorities cannot be written")
