from typing import List

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import NinjaAPI, Query
from ninja.errors import HttpError
from ninja.pagination import paginate
from ninja.security import HttpBearer

from .models import Answer, ApiToken, Attempt, Choice, Question, Quiz
from .schemas import (
    AnswerIn, AttemptOut, BoardRow, ErrorOut, LoginIn, MeOut, OrderIn, PasswordIn, QuestionIn, QuestionOut, QuizIn,
    QuizOut, QuizPatch, RegisterIn, TokenOut,
)


class TokenAuth(HttpBearer):
    def authenticate(self, request, token):
        found = ApiToken.objects.select_related('user').filter(key=token).first()
        if found is None:
            return None
        request.user = found.user
        return found.user


api = NinjaAPI(title='Quizmaster', version='1.0', auth=TokenAuth())


@api.post('/auth/register', auth=None, response={201: TokenOut, 409: ErrorOut}, tags=['auth'])
def register(request, data: RegisterIn):
    if User.objects.filter(username=data.username).exists():
        return 409, {'detail': 'username taken'}
    user = User.objects.create_user(**data.dict())
    return 201, {'token': ApiToken.objects.create(user=user).key}


@api.post('/auth/login', auth=None, response={200: TokenOut, 401: ErrorOut}, tags=['auth'])
def login(request, data: LoginIn):
    user = authenticate(username=data.username, password=data.password)
    if user is None:
        return 401, {'detail': 'bad credentials'}
    return 200, {'token': ApiToken.objects.create(user=user).key}


@api.post('/auth/logout', response={204: None}, tags=['auth'])
def logout(request):
    key = request.headers['Authorization'].split()[1]
    ApiToken.objects.filter(key=key).delete()
    return 204, None


@api.get('/auth/me', response=MeOut, tags=['auth'])
def me(request):
    return request.user


@api.post('/auth/password', response={200: None, 400: ErrorOut}, tags=['auth'])
def change_password(request, data: PasswordIn):
    if not request.user.check_password(data.old):
        return 400, {'detail': 'wrong password'}
    request.user.set_password(data.new)
    request.user.save()
    return 200, None


def own_quiz(request: HttpRequest, quiz_id: int) -> Quiz:
    quiz = get_object_or_404(Quiz, id=quiz_id)
    if quiz.owner_id != request.user.id:
        raise HttpError(403, 'Not your quiz')
    return quiz


@api.get('/quizzes', auth=None, response=List[QuizOut])
@paginate
def list_quizzes(request, search: str = ''):
    return Quiz.objects.filter(published=True, title__icontains=search).order_by('-created')


@api.get('/quizzes/mine', response=List[QuizOut])
def my_quizzes(request):
    return request.user.quizzes.all()


@api.post('/quizzes', response={201: QuizOut})
def create_quiz(request, data: QuizIn):
    return 201, Quiz.objects.create(owner=request.user, **data.dict())


@api.get('/quizzes/{quiz_id}', response=QuizOut)
def get_quiz(request, quiz_id: int):
    return get_object_or_404(Quiz, id=quiz_id)


@api.put('/quizzes/{quiz_id}', response=QuizOut)
def replace_quiz(request, quiz_id: int, data: QuizIn):
    quiz = own_quiz(request, quiz_id)
    for key, value in data.dict().items():
        setattr(quiz, key, value)
    quiz.save()
    return quiz


@api.patch('/quizzes/{quiz_id}', response=QuizOut)
def patch_quiz(request, quiz_id: int, data: QuizPatch):
    quiz = own_quiz(request, quiz_id)
    for key, value in data.dict(exclude_unset=True).items():
        setattr(quiz, key, value)
    quiz.save()
    return quiz


@api.delete('/quizzes/{quiz_id}', response={204: None})
def delete_quiz(request, quiz_id: int):
    own_quiz(request, quiz_id).delete()
    return 204, None


@api.post('/quizzes/{quiz_id}/publish', response={200: QuizOut, 422: ErrorOut})
def publish_quiz(request, quiz_id: int):
    quiz = own_quiz(request, quiz_id)
    if not quiz.questions.exists():
        return 422, {'detail': 'Add a question before publishing'}
    quiz.published = True
    quiz.save()
    return 200, quiz


@api.get('/quizzes/{quiz_id}/questions', response=List[QuestionOut])
def list_questions(request, quiz_id: int):
    return get_object_or_404(Quiz, id=quiz_id).questions.prefetch_related('choices')


@api.post('/quizzes/{quiz_id}/questions', response={201: QuestionOut})
@transaction.atomic
def add_question(request, quiz_id: int, data: QuestionIn):
    quiz = own_quiz(request, quiz_id)
    question = Question.objects.create(quiz=quiz, text=data.text, points=data.points, order=quiz.questions.count())
    Choice.objects.bulk_create([Choice(question=question, **c.dict()) for c in data.choices])
    return 201, question


@api.post('/quizzes/{quiz_id}/questions/order', response={200: List[QuestionOut], 400: ErrorOut})
def order_questions(request, quiz_id: int, data: OrderIn):
    quiz = own_quiz(request, quiz_id)
    if sorted(data.question_ids) != sorted(quiz.questions.values_list('id', flat=True)):
        return 400, {'detail': 'question_ids must list all questions of the quiz'}
    for index, pk in enumerate(data.question_ids):
        Question.objects.filter(pk=pk).update(order=index)
    return 200, list(quiz.questions.all())


@api.delete('/questions/{question_id}', response={204: None})
def delete_question(request, question_id: int):
    question = get_object_or_404(Question, id=question_id)
    own_quiz(request, question.quiz_id)
    question.delete()
    return 204, None


@api.post('/quizzes/{quiz_id}/attempts', response={201: AttemptOut, 409: AttemptOut})
def start_attempt(request, quiz_id: int):
    quiz = get_object_or_404(Quiz, id=quiz_id, published=True)
    running = quiz.attempts.filter(user=request.user, finished__isnull=True).first()
    if running and not running.expired:
        return 409, running
    return 201, Attempt.objects.create(quiz=quiz, user=request.user)


@api.get('/attempts', response=List[AttemptOut])
def my_attempts(request):
    return request.user.attempts.order_by('-started')


@api.get('/attempts/{attempt_id}', response=AttemptOut)
def get_attempt(request, attempt_id: int):
    return get_object_or_404(Attempt, id=attempt_id, user=request.user)


@api.post('/attempts/{attempt_id}/answers', response={200: None, 400: ErrorOut, 410: ErrorOut})
def answer(request, attempt_id: int, data: AnswerIn):
    attempt = get_object_or_404(Attempt, id=attempt_id, user=request.user)
    if attempt.finished:
        return 400, {'detail': 'attempt is finished'}
    if attempt.expired:
        return 410, {'detail': 'time is up'}
    question = attempt.quiz.questions.filter(id=data.question_id).first()
    if question is None:
        return 400, {'detail': 'question is not part of this quiz'}
    choice = question.choices.filter(id=data.choice_id).first()
    if choice is None:
        return 400, {'detail': 'choice is not part of this question'}
    Answer.objects.update_or_create(attempt=attempt, question=question, defaults={'choice': choice})
    return 200, None


@api.post('/attempts/{attempt_id}/finish', response={200: AttemptOut, 400: ErrorOut})
def finish(request, attempt_id: int):
    attempt = get_object_or_404(Attempt, id=attempt_id, user=request.user)
    if attempt.finished:
        return 400, {'detail': 'attempt is finished'}
    total = sum(q.points for q in attempt.quiz.questions.all()) or 1
    got = sum(a.question.points for a in attempt.answers.select_related('question') if a.choice.correct)
    attempt.score = 100 * got / total
    attempt.finished = timezone.now()
    attempt.save()
    return 200, attempt


@api.get('/quizzes/{quiz_id}/leaderboard', auth=None, response=List[BoardRow])
def leaderboard(request, quiz_id: int, limit: int = Query(10, ge=1, le=100)):
    quiz = get_object_or_404(Quiz, id=quiz_id, published=True)
    rows = (quiz.attempts.filter(finished__isnull=False).values('user__username').annotate(best=Max('score'))
            .order_by('-best')[:limit])
    return [{'username': r['user__username'], 'best': r['best']} for r in rows]
