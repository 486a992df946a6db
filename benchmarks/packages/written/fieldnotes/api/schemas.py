from datetime import datetime
from typing import List, Literal, Optional
from uuid import UUID

from ninja import Field, FilterSchema, ModelSchema, Schema
from pydantic import field_validator

from .models import Device, Observation, Project


class Error(Schema):
    detail: str


class RegisterIn(Schema):
    username: str = Field(min_length=3, max_length=30, pattern=r"^[\w.-]+$")
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")
    password: str = Field(min_length=8)


class LoginIn(Schema):
    username: str
    password: str


class TokenOut(Schema):
    token: str
    expires_at: datetime


class MeOut(Schema):
    id: UUID
    username: str
    email: str
    plan: str


class MePatch(Schema):
    email: Optional[str] = Field(None, pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")
    first_name: Optional[str] = None
    last_name: Optional[str] = None


class PasswordIn(Schema):
    old: str
    new: str = Field(min_length=8)


class DeviceIn(Schema):
    platform: Literal["ios", "android"]
    name: str = Field(max_length=60)
    push_token: str = Field(min_length=8, max_length=200)


class DeviceOut(ModelSchema):
    class Meta:
        model = Device
        fields = ["id", "platform", "name", "last_seen"]


class ProjectIn(Schema):
    name: str = Field(min_length=1, max_length=80)
    description: str = ""


class ProjectOut(ModelSchema):
    observation_count: int = 0

    class Meta:
        model = Project
        fields = ["id", "name", "description", "created_at"]


class ObservationIn(Schema):
    species: str = Field(min_length=2, max_length=100)
    count: int = Field(1, ge=1, le=100000)
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    observed_at: datetime
    note: str = ""

    @field_validator("observed_at")
    @classmethod
    def aware(cls, value):
        if value.tzinfo is None:
            raise ValueError("timezone missing")
        return value


class ObservationPatch(Schema):
    species: Optional[str] = Field(None, min_length=2, max_length=100)
    count: Optional[int] = Field(None, ge=1)
    note: Optional[str] = None


class ObservationOut(ModelSchema):
    project_id: UUID

    class Meta:
        model = Observation
        fields = ["id", "species", "count", "latitude", "longitude", "observed_at", "note"]


class Position(Schema):
    lat: float
    lng: float


class ObservationV2(Schema):
    id: UUID
    species: str
    count: int
    position: Position
    observed_at: datetime
    photo: Optional[str] = None

    @staticmethod
    def resolve_position(obj):
        return {"lat": obj.latitude, "lng": obj.longitude}

    @staticmethod
    def resolve_photo(obj):
        return obj.photo.url if obj.photo else None


class BulkIn(Schema):
    items: List[ObservationIn] = Field(min_length=1, max_length=200)


class BulkOut(Schema):
    created: int
    ids: List[UUID]


class ObservationFilters(FilterSchema):
    species: Optional[str] = None
    since: Optional[datetime] = None

    def filter_species(self, value):
        from django.db.models import Q
        return Q(species__icontains=value) if value else Q()

    def filter_since(self, value):
        from django.db.models import Q
        return Q(observed_at__gte=value) if value else Q()
