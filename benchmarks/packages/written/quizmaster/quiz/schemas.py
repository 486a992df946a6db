from datetime import datetime
from typing import List, Optional

from ninja import Field, ModelSchema, Schema
from pydantic import field_validator

from .models import Quiz


class RegisterIn(Schema):
    username: str = Field(min_length=3, max_length=30)
    email: str
    password: str = Field(min_length=8)

    @field_validator('email')
    @classmethod
    def looks_like_email(cls, value):
        if '@' not in value:
            raise ValueError('not an email address')
        return value


class LoginIn(Schema):
    username: str
    password: str


class TokenOut(Schema):
    token: str


class PasswordIn(Schema):
    old: str
    new: str = Field(min_length=8)


class MeOut(Schema):
    id: int
    username: str
    email: str


class ErrorOut(Schema):
    detail: str


class QuizIn(Schema):
    title: str = Field(max_length=120)
    description: str = ''
    time_limit: int = Field(10, ge=1, le=180)
    pass_mark: int = Field(50, ge=0, le=100)


class QuizPatch(Schema):
    title: Optional[str] = None
    description: Optional[str] = None
    time_limit: Optional[int] = None


class QuizOut(ModelSchema):
    class Meta:
        model = Quiz
        fields = ['id', 'title', 'description', 'time_limit', 'pass_mark', 'published']


class ChoiceIn(Schema):
    text: str
    correct: bool = False


class ChoiceOut(Schema):
    id: int
    text: str


class QuestionIn(Schema):
    text: str
    points: int = 1
    choices: List[ChoiceIn]

    @field_validator('choices')
    @classmethod
    def one_correct(cls, value):
        if len(value) < 2:
            raise ValueError('at least two choices are needed')
        if sum(c.correct for c in value) != 1:
            raise ValueError('exactly one choice must be correct')
        return value


class QuestionOut(Schema):
    id: int
    text: str
    points: int
    choices: List[ChoiceOut]


class OrderIn(Schema):
    question_ids: List[int]


class AnswerIn(Schema):
    question_id: int
    choice_id: int


class AttemptOut(Schema):
    id: int
    quiz_id: int
    started: datetime
    finished: Optional[datetime] = None
    score: Optional[float] = None


class BoardRow(Schema):
    username: str
    best: float
