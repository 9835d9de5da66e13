"""The seal of the installation on a PDF: PAdES B-B, by its own certificate. Who changes one byte is found out.

The certificate is made by the installation and signed by itself: the seal proves that a file is whole and comes from
here, not who the collectivité is. The file as it was is the beginning of the sealed one, so that what was read before
can still be checked.
"""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import keys, pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import transaction
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from preau.base.models import SealKey

FIELD = "Cachet"
YEARS = 10


class NotSealed(Exception):
    """The file bears no seal, or is no PDF."""


@dataclass(frozen=True, slots=True)
class SealReport:
    """What the seal of a file says. `is_whole`: not one byte was changed nor added since."""

    is_whole: bool
    is_ours: bool  # by a certificate of this installation
    by: str


def seal_pdf(*, content: bytes, name: str, reason: str) -> bytes:
    """Return a PDF with the seal of the installation, to which nothing may be added.

    :param name: the collectivité that seals, as it is written in the seal.
    """
    row = _key()
    certificate = _certificate(row)
    signer = signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=keys.PrivateKeyInfo.load(pem.unarmor(row.key.encode())[2]),
        cert_registry=SimpleCertificateStore.from_certs([certificate]),  # type: ignore[no-untyped-call]
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=name,
        reason=reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    field = SigFieldSpec(FIELD, invis_sig_settings=InvisSigSettings(set_hidden_flag=True))
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    found = signers.PdfSigner(meta, signer, new_field_spec=field).sign_pdf(writer)
    return bytes(found.getbuffer())


def check_seal(*, content: bytes) -> SealReport:
    """Return what the seal of a file says.

    :raises NotSealed: it bears none.
    """
    try:
        signatures = PdfFileReader(io.BytesIO(content)).embedded_signatures
    except Exception as problem:  # a reader of hostile files: whatever it meets, the file is none of ours
        raise NotSealed from problem
    if not signatures:
        raise NotSealed
    known = [_certificate(row) for row in SealKey.objects.all()]
    status = validate_pdf_signature(signatures[-1], ValidationContext(trust_roots=known, allow_fetching=False))
    mine = {each.sha256 for each in known}
    is_ours = status.signing_cert.sha256 in mine
    return SealReport(
        is_whole=bool(status.intact and status.valid and status.coverage is SignatureCoverageLevel.ENTIRE_FILE),
        is_ours=is_ours,
        by=str(status.signing_cert.subject.native.get("common_name", "")),
    )


def _certificate(row: SealKey) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(pem.unarmor(row.certificate.encode())[2])


@transaction.atomic
def _key() -> SealKey:
    """The key that serves, made the first time. Two at once make two, and both are known."""
    row = SealKey.objects.order_by("-pk").first()
    if row is not None:
        return row
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Préau"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Cachet de {settings.PREAU_BASE_URL}"[:64]),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return SealKey.objects.create(
        certificate=made.public_bytes(Encoding.PEM).decode(),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        created_at=now,
    )
