from typing import List, Optional
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from ninja.pagination import PageNumberPagination, paginate

from ..models import Observation, Project
from ..schemas import ObservationV2

router = Router(tags=["v2"])


class PositionIn(Schema):
    lat: float
    lng: float


class ObservationV2In(Schema):
    project: UUID
    species: str
    count: int = 1
    position: PositionIn
    observed_at: Optional[str] = None


@router.get("/observations", response=List[ObservationV2])
@paginate(PageNumberPagination, page_size=25)
def feed(request, project: Optional[UUID] = None):
    qs = Observation.objects.filter(project__owner=request.account, project__deleted_at__isnull=True)
    return qs.filter(project_id=project) if project else qs


@router.post("/observations", response={201: ObservationV2})
def create(request, data: ObservationV2In):
    from django.utils import timezone
    from django.utils.dateparse import parse_datetime
    from ninja.errors import HttpError
    project = get_object_or_404(Project, pk=data.project, owner=request.account)
    when = timezone.now()
    if data.observed_at:
        try:
            when = parse_datetime(data.observed_at)
        except ValueError:
            when = None
        if when is None:
            raise HttpError(422, "observed_at is no ISO 8601 date")
        if timezone.is_naive(when):
            when = timezone.make_aware(when)
    if data.count < 1 or not -90 <= data.position.lat <= 90 or not -180 <= data.position.lng <= 180:
        raise HttpError(422, "count or position out of range")
    return 201, Observation.objects.create(project=project, species=data.species[:100], count=data.count,
                                           latitude=data.position.lat, longitude=data.position.lng, observed_at=when)


@router.get("/observations/{observation_id}", response=ObservationV2)
def detail(request, observation_id: UUID):
    return get_object_or_404(Observation, pk=observation_id, project__owner=request.account)
